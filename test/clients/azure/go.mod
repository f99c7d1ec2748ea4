module github.com/tripware/tripware/test/clients/azure

go 1.26.0

replace (
	github.com/tripware/tripware => ../../..
	github.com/tripware/tripware/contrib/azcore => ../../../contrib/azcore
	github.com/tripware/tripware/test/clients => ../
)

require (
	github.com/Azure/azure-sdk-for-go/sdk/azcore v1.24.0
	github.com/stretchr/testify v1.12.1
	github.com/tripware/tripware v0.0.0
	github.com/tripware/tripware/contrib/azcore v0.0.0
	github.com/tripware/tripware/test/clients v0.0.0
	go.uber.org/goleak v1.3.0
)

require (
	github.com/Azure/azure-sdk-for-go/sdk/internal v1.13.0 // indirect
	github.com/google/uuid v1.6.0 // indirect
	go.yaml.in/yaml/v3 v3.0.6 // indirect
	golang.org/x/net v0.62.0 // indirect
	golang.org/x/text v0.43.0 // indirect
	golang.org/x/time v0.16.0 // indirect
)
