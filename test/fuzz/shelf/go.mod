module example.test/shelf

go 1.24
