module github.com/opik-go/sdk/generator

go 1.26
