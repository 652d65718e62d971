//go:build tools

// What `go mod tidy` is to keep: the end to end tests and their image are built, not imported.
package conformance

import (
	_ "k8s.io/kubernetes/cmd/kubectl"
	_ "k8s.io/kubernetes/test/e2e"
	_ "k8s.io/kubernetes/test/images/agnhost"
)
