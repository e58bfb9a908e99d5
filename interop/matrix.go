package main

import (
	"context"
	"encoding/json"
	"fmt"
)

// An outcome is what came of one way from client to client.
type outcome struct {
	testCase, from, to string
	// err is nil if what was read is what was written.
	err error
}

// runCase lets each client write the document and each client read it back. What
// another client than ours wrote is read by ours, and by itself as a check of the
// case; what ours wrote is read by all.
func runCase(ctx context.Context, c *testCase, peers []peer) []outcome {
	var all []outcome
	for _, writer := range peers {
		if !c.Handover {
			all = append(all, writeAndRead(ctx, c, peers, writer, nil)...)
			continue
		}
		for _, second := range peers {
			if second != writer {
				all = append(all, writeAndRead(ctx, c, peers, writer, second)...)
			}
		}
	}
	return all
}

// writeAndRead lets writer write, second continue if it is given, and all read.
func writeAndRead(ctx context.Context, c *testCase, peers []peer, writer, second peer) []outcome {
	from := writer.name()
	label := from
	if second != nil {
		label += "+" + second.name()
	}
	data := c.dataFor(label)
	keys, err := writer.call(ctx, request{Do: "write", Case: c.Name, Data: data})
	if err == nil && second != nil {
		keys, err = second.call(ctx, request{Do: "continue", Case: c.Name, Data: data, Keys: keys})
	}
	if err != nil {
		return []outcome{{c.Name, label, "", fmt.Errorf("write: %w", err)}}
	}
	var all []outcome
	for _, reader := range peers {
		read, err := reader.call(ctx, request{Do: "read", Case: c.Name, Data: data, Keys: keys})
		if err == nil {
			err = compare(c, data, read)
		} else {
			err = fmt.Errorf("read: %w", err)
		}
		all = append(all, outcome{c.Name, label, reader.name(), err})
	}
	return all
}

// compare says where what was read differs from what was to be written.
func compare(c *testCase, written, read json.RawMessage) error {
	var want, got any
	if err := json.Unmarshal(written, &want); err != nil {
		return err
	}
	if err := json.Unmarshal(read, &got); err != nil {
		return fmt.Errorf("what was read is no JSON: %w", err)
	}
	return difference(c.Extra, nil, normal("", want), normal("", got))
}
