module github.com/opik-go/sdk

go 1.25.0
