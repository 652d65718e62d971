#include "probe/pem.hpp"

#include <memory>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

namespace straycat::probe {

namespace {

template <auto free>
struct Free {
  template <class Thing>
  void operator()(Thing* thing) const {
    free(thing);
  }
};
using Bio = std::unique_ptr<BIO, Free<BIO_free>>;
using Certificate = std::unique_ptr<X509, Free<X509_free>>;
using Key = std::unique_ptr<EVP_PKEY, Free<EVP_PKEY_free>>;

Bio reader(const std::string& text) { return Bio(BIO_new_mem_buf(text.data(), static_cast<int>(text.size()))); }

// Else OpenSSL would ask on the terminal, for each connection anew.
int no_passphrase(char*, int, int, void*) { return -1; }

Certificate certificate_in(const std::string& pem) {
  return Certificate(PEM_read_bio_X509(reader(pem).get(), nullptr, no_passphrase, nullptr));
}

Key key_in(const std::string& pem) {
  return Key(PEM_read_bio_PrivateKey(reader(pem).get(), nullptr, no_passphrase, nullptr));
}

Result<> check_own(const Tls& tls) {
  if (tls.certificate_pem.empty())
    return tls.key_pem.empty() ? Result<>{} : bad_input("a client's key without its certificate");
  const Certificate certificate = certificate_in(tls.certificate_pem);
  if (!certificate) return bad_input("the client's certificate: it holds no certificate in PEM form");
  // As curl: a file may hold both.
  const Key key = key_in(tls.key_pem.empty() ? tls.certificate_pem : tls.key_pem);
  if (!key)
    return bad_input(
        tls.key_pem.empty()
            ? "the client's certificate comes without a key"
            : "the client's key: it holds no private key in PEM form that can be read without a passphrase");
  if (X509_check_private_key(certificate.get(), key.get()) != 1)
    return bad_input("the client's key is not that of its certificate");
  return {};
}

}  // namespace

Result<> check_pem(const Tls& tls) {
  Result<> good = check_own(tls);
  if (good && !tls.ca_pem.empty() && !certificate_in(tls.ca_pem))
    good = bad_input("the trusted certificates: they hold no certificate in PEM form");
  ERR_clear_error();  // or libcurl would take ours for its own
  return good;
}

}  // namespace straycat::probe
