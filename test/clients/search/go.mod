module github.com/tripware/tripware/test/clients/search

go 1.26.0

replace (
	github.com/tripware/tripware => ../../..
	github.com/tripware/tripware/test/clients => ../
)

require (
	github.com/elastic/go-elasticsearch/v8 v8.19.7
	github.com/opensearch-project/opensearch-go/v4 v4.8.1
	github.com/stretchr/testify v1.12.1
	github.com/tripware/tripware v0.0.0
	github.com/tripware/tripware/test/clients v0.0.0
	go.uber.org/goleak v1.3.0
)

require (
	github.com/elastic/elastic-transport-go/v8 v8.9.0 // indirect
	github.com/go-logr/logr v1.4.3 // indirect
	github.com/go-logr/stdr v1.2.2 // indirect
	github.com/google/uuid v1.6.0 // indirect
	go.opentelemetry.io/otel v1.29.0 // indirect
	go.opentelemetry.io/otel/metric v1.29.0 // indirect
	go.opentelemetry.io/otel/trace v1.29.0 // indirect
	go.yaml.in/yaml/v3 v3.0.5 // indirect
	golang.org/x/sync v0.23.0 // indirect
)
