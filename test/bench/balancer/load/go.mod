module gatewaypool.test/load

go 1.24
