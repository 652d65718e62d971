// Certificates and keys in PEM form, looked at before the first request. Private to `probe`.
#pragma once

#include <straycat/core/result.hpp>
#include <straycat/probe/request.hpp>

namespace straycat::probe {

// Errors (bad_input): what is none, a key that asks for a passphrase, a key that is of another certificate.
[[nodiscard]] Result<> check_pem(const Tls& tls);

}  // namespace straycat::probe
