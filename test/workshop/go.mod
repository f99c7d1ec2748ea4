module github.com/tripware/tripware/test/workshop

go 1.26.0

replace (
	github.com/tripware/tripware => ../../
	github.com/tripware/tripware/contrib/breaker => ../../contrib/breaker
)

require (
	github.com/failsafe-go/failsafe-go v0.9.8
	github.com/stretchr/testify v1.12.1
	github.com/tripware/tripware v0.0.0
	github.com/tripware/tripware/contrib/breaker v0.0.0
	go.uber.org/goleak v1.3.0
	resty.dev/v3 v3.0.0-rc.4
)

require (
	github.com/bits-and-blooms/bitset v1.24.4 // indirect
	github.com/google/uuid v1.6.0 // indirect
	github.com/influxdata/tdigest v0.0.1 // indirect
	github.com/sony/gobreaker/v2 v2.4.0 // indirect
	go.yaml.in/yaml/v3 v3.0.5 // indirect
	golang.org/x/net v0.43.0 // indirect
	golang.org/x/time v0.16.0 // indirect
)
