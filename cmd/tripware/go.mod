module github.com/tripware/tripware/cmd/tripware

go 1.26.0

require (
	github.com/spf13/cobra v1.10.2
	github.com/tripware/tripware v0.0.0
	golang.org/x/term v0.45.0
)

require (
	github.com/google/uuid v1.6.0 // indirect
	github.com/inconshreveable/mousetrap v1.1.0 // indirect
	github.com/spf13/pflag v1.0.10 // indirect
	golang.org/x/sys v0.47.0 // indirect
)

replace github.com/tripware/tripware => ../..
