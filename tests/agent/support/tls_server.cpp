// The same lying server as net's tests use.
#include "net/support/tls_server.cpp"
