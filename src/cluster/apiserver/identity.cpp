// A certificate authority and a server certificate of it, made in memory.
#include <arpa/inet.h>
#include <memory>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>

#include "cluster/apiserver/apiserver.hpp"

namespace straycat::cluster {
namespace {

template <auto F>
struct Free {
  template <class T>
  void operator()(T* value) const {
    F(value);
  }
};
using Key = std::unique_ptr<EVP_PKEY, Free<EVP_PKEY_free>>;
using Certificate = std::unique_ptr<X509, Free<X509_free>>;
using Memory = std::unique_ptr<BIO, Free<BIO_free_all>>;
using Extension = std::unique_ptr<X509_EXTENSION, Free<X509_EXTENSION_free>>;

constexpr long one_year = 365L * 24 * 3600;
constexpr long clock_slack = 3600;  // a clock that is a little behind must not find the certificate too young

std::string text_of(BIO* memory) {
  char* data = nullptr;
  const auto length = BIO_get_mem_data(memory, &data);
  return {data, static_cast<std::size_t>(length)};
}

std::string pem(X509* certificate) {
  const Memory memory{BIO_new(BIO_s_mem())};
  PEM_write_bio_X509(memory.get(), certificate);
  return text_of(memory.get());
}

std::string pem(EVP_PKEY* key) {
  const Memory memory{BIO_new(BIO_s_mem())};
  PEM_write_bio_PrivateKey(memory.get(), key, nullptr, nullptr, 0, nullptr, nullptr);
  return text_of(memory.get());
}

void add_extension(X509* certificate, X509* issuer, int id, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  const Extension extension{X509V3_EXT_conf_nid(nullptr, &context, id, value.c_str())};
  if (extension) X509_add_ext(certificate, extension.get(), -1);
}

void set_random_serial(X509* certificate) {
  unsigned char bytes[8];
  RAND_bytes(bytes, sizeof bytes);
  bytes[0] &= 0x7F;
  std::uint64_t serial = 0;
  for (const auto byte : bytes) serial = serial << 8 | byte;
  ASN1_INTEGER_set_uint64(X509_get_serialNumber(certificate), serial);
}

Certificate blank(EVP_PKEY* key, const char* common_name) {
  Certificate certificate{X509_new()};
  X509_set_version(certificate.get(), 2);
  set_random_serial(certificate.get());
  X509_gmtime_adj(X509_getm_notBefore(certificate.get()), -clock_slack);
  X509_gmtime_adj(X509_getm_notAfter(certificate.get()), one_year);
  X509_set_pubkey(certificate.get(), key);
  X509_NAME_add_entry_by_txt(X509_get_subject_name(certificate.get()), "CN", MBSTRING_UTF8,
                             reinterpret_cast<const unsigned char*>(common_name), -1, -1, 0);
  return certificate;
}

std::string alternative_names(const std::vector<std::string>& names) {
  std::string out;
  for (const auto& name : names) {
    in_addr address{};
    const bool is_address = inet_pton(AF_INET, name.c_str(), &address) == 1;
    out += (out.empty() ? "" : ",") + std::string(is_address ? "IP:" : "DNS:") + name;
  }
  return out;
}

}  // namespace

Result<TlsIdentity> make_identity(const std::vector<std::string>& names) {
  const Key ca_key{EVP_EC_gen("P-256")}, key{EVP_EC_gen("P-256")};
  if (!ca_key || !key) return own_trouble("OpenSSL could not make a key");
  const auto ca = blank(ca_key.get(), "straycat-ca");
  X509_set_issuer_name(ca.get(), X509_get_subject_name(ca.get()));
  add_extension(ca.get(), ca.get(), NID_basic_constraints, "critical,CA:TRUE");
  add_extension(ca.get(), ca.get(), NID_key_usage, "critical,keyCertSign,cRLSign");
  add_extension(ca.get(), ca.get(), NID_subject_key_identifier, "hash");
  const auto server = blank(key.get(), "kube-apiserver");
  X509_set_issuer_name(server.get(), X509_get_subject_name(ca.get()));
  add_extension(server.get(), ca.get(), NID_basic_constraints, "critical,CA:FALSE");
  add_extension(server.get(), ca.get(), NID_key_usage, "critical,digitalSignature");
  add_extension(server.get(), ca.get(), NID_ext_key_usage, "serverAuth");
  add_extension(server.get(), ca.get(), NID_authority_key_identifier, "keyid");
  add_extension(server.get(), ca.get(), NID_subject_alt_name, alternative_names(names));
  if (X509_sign(ca.get(), ca_key.get(), EVP_sha256()) == 0 ||
      X509_sign(server.get(), ca_key.get(), EVP_sha256()) == 0) {
    return own_trouble("OpenSSL could not sign a certificate");
  }
  return TlsIdentity{pem(ca.get()), pem(server.get()), pem(key.get())};
}

}  // namespace straycat::cluster
