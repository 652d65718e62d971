#include "net/support/tls_server.hpp"

#include <algorithm>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <sstream>
#include <utility>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

namespace straycat::test {

namespace asio = boost::asio;
using asio::ip::tcp;

namespace {

std::string pem_of(const std::function<void(BIO*)>& write) {
  std::unique_ptr<BIO, decltype(&BIO_free)> memory{BIO_new(BIO_s_mem()), &BIO_free};
  write(memory.get());
  char* text = nullptr;
  const long length = BIO_get_mem_data(memory.get(), &text);
  return {text, static_cast<std::size_t>(length)};
}

}  // namespace

KeyPair make_certificate(const std::string& name) {
  std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key{EVP_EC_gen("P-256"), &EVP_PKEY_free};
  std::unique_ptr<X509, decltype(&X509_free)> certificate{X509_new(), &X509_free};
  X509* x = certificate.get();
  X509_set_version(x, 2);
  ASN1_INTEGER_set(X509_get_serialNumber(x), 1);
  X509_gmtime_adj(X509_getm_notBefore(x), -3600);
  X509_gmtime_adj(X509_getm_notAfter(x), 3600);
  X509_set_pubkey(x, key.get());
  X509_NAME_add_entry_by_txt(X509_get_subject_name(x), "CN", MBSTRING_ASC,
                             reinterpret_cast<const unsigned char*>(name.c_str()), -1, -1, 0);
  X509_set_issuer_name(x, X509_get_subject_name(x));
  const bool address = std::all_of(name.begin(), name.end(), [](char c) { return c == '.' || (c >= '0' && c <= '9'); });
  const auto alternative = (address ? "IP:" : "DNS:") + name;
  X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, nullptr, NID_subject_alt_name, alternative.c_str());
  X509_add_ext(x, extension, -1);
  X509_EXTENSION_free(extension);
  X509_sign(x, key.get(), EVP_sha256());
  return {pem_of([&](BIO* out) { PEM_write_bio_X509(out, x); }),
          pem_of([&](BIO* out) { PEM_write_bio_PrivateKey(out, key.get(), nullptr, nullptr, 0, nullptr, nullptr); })};
}

asio::awaitable<void> Exchange::answer(int status, std::string text, std::map<std::string, std::string> more) {
  more.try_emplace("Content-Type", "application/json");
  more["Content-Length"] = std::to_string(text.size());
  std::string out = "HTTP/1.1 " + std::to_string(status) + " X\r\n";
  for (const auto& [header, value] : more) out += header + ": " + value + "\r\n";
  co_await write(out + "\r\n" + text);
}

asio::awaitable<void> Exchange::begin_stream(int status, std::string type) {
  co_await write("HTTP/1.1 " + std::to_string(status) + " X\r\nContent-Type: " + type +
                 "\r\nTransfer-Encoding: chunked\r\n\r\n");
}

asio::awaitable<void> Exchange::piece(std::string_view text) {
  std::ostringstream out;
  out << std::hex << text.size() << "\r\n" << text << "\r\n";
  co_await write(out.str());
}

asio::awaitable<void> Exchange::wait(std::chrono::milliseconds length) {
  asio::steady_timer timer{co_await asio::this_coro::executor, length};
  co_await timer.async_wait(asio::as_tuple(asio::use_awaitable));
}

struct TlsServer::Impl : std::enable_shared_from_this<Impl> {
  Impl(asio::io_context& context, Options wanted, Handler each)
      : options(std::move(wanted)),
        handler(std::move(each)),
        acceptor(context, {asio::ip::make_address("127.0.0.1"), 0}),
        tls(asio::ssl::context::tls_server) {
    const auto pair = make_certificate(options.certificate_name);
    ca = pair.certificate_pem;
    tls.use_certificate_chain(asio::buffer(pair.certificate_pem));
    tls.use_private_key(asio::buffer(pair.key_pem), asio::ssl::context::pem);
    if (!options.ask_client_certificate) return;
    tls.set_verify_mode(asio::ssl::verify_peer);
    tls.set_verify_callback([](bool, asio::ssl::verify_context&) { return true; });
  }

  asio::awaitable<void> accept() {
    for (;;) {
      auto [error, socket] = co_await acceptor.async_accept(asio::as_tuple(asio::use_awaitable));
      if (error) co_return;
      socket.set_option(tcp::no_delay(true));  // as Go's servers; else small pieces wait 40 ms for an ACK
      const int number = accepted++;
      asio::co_spawn(acceptor.get_executor(), serve(shared_from_this(), std::move(socket), number), asio::detached);
    }
  }

  static asio::awaitable<void> serve(std::shared_ptr<Impl> self, tcp::socket socket, int number) {
    try {
      if (!self->options.tls) {
        co_await self->converse(socket, socket, nullptr, number);
        co_return;
      }
      asio::ssl::stream<tcp::socket> stream{std::move(socket), self->tls};
      co_await stream.async_handshake(asio::ssl::stream_base::server, asio::use_awaitable);
      co_await self->converse(stream, stream.next_layer(), stream.native_handle(), number);
    } catch (const boost::system::system_error&) {
      // The client went away, as it may.
    }
  }

  template <class Stream>
  asio::awaitable<void> converse(Stream& stream, tcp::socket& socket, SSL* ssl, int number) {
    std::string buffer;
    while (socket.is_open()) {
      Exchange exchange;
      co_await read_request(stream, buffer, exchange);
      exchange.connection = number;
      if (ssl != nullptr) identify(ssl, exchange);
      exchange.write = [&stream](std::string_view bytes) -> asio::awaitable<void> {
        const std::string kept{bytes};
        co_await asio::async_write(stream, asio::buffer(kept), asio::use_awaitable);
      };
      exchange.reset = [&socket] {
        socket.set_option(asio::socket_base::linger(true, 0));
        socket.close();
      };
      co_await handler(exchange);
    }
  }

  static void identify(SSL* ssl, Exchange& exchange) {
    if (const char* name = SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name)) exchange.server_name = name;
    X509* peer = SSL_get1_peer_certificate(ssl);
    if (peer == nullptr) return;
    char name[100] = {};
    X509_NAME_get_text_by_NID(X509_get_subject_name(peer), NID_commonName, name, sizeof name);
    exchange.client_name = name;
    X509_free(peer);
  }

  template <class Stream>
  static asio::awaitable<void> read_request(Stream& stream, std::string& buffer, Exchange& exchange) {
    const auto head =
        co_await asio::async_read_until(stream, asio::dynamic_buffer(buffer), "\r\n\r\n", asio::use_awaitable);
    std::istringstream lines{buffer.substr(0, head)};
    buffer.erase(0, head);
    lines >> exchange.method >> exchange.target;
    std::string line;
    std::getline(lines, line);
    while (std::getline(lines, line) && line != "\r") {
      const auto colon = line.find(':');
      std::string name = line.substr(0, colon);
      std::transform(name.begin(), name.end(), name.begin(), [](unsigned char c) { return std::tolower(c); });
      auto& value = exchange.headers[name];
      value += (value.empty() ? "" : " | ") + line.substr(colon + 2, line.size() - colon - 3);
    }
    const auto length = exchange.headers.count("content-length") ? std::stoul(exchange.headers["content-length"]) : 0;
    while (buffer.size() < length) {
      char more[4096];
      const auto got = co_await stream.async_read_some(asio::buffer(more), asio::use_awaitable);
      buffer.append(more, got);
    }
    exchange.body = buffer.substr(0, length);
    buffer.erase(0, length);
  }

  Options options;
  Handler handler;
  tcp::acceptor acceptor;
  asio::ssl::context tls;
  std::string ca;
  int accepted = 0;
};

TlsServer::TlsServer(asio::io_context& context, Options options, Handler handler)
    : impl_(std::make_shared<Impl>(context, std::move(options), std::move(handler))) {
  asio::co_spawn(context, [impl = impl_]() -> asio::awaitable<void> { co_await impl->accept(); }, asio::detached);
}
TlsServer::~TlsServer() {
  boost::system::error_code ignored;
  impl_->acceptor.close(ignored);
}

int TlsServer::port() const { return impl_->acceptor.local_endpoint().port(); }
std::string TlsServer::url() const {
  return (impl_->options.tls ? "https://127.0.0.1:" : "http://127.0.0.1:") + std::to_string(port());
}
const std::string& TlsServer::ca_pem() const { return impl_->ca; }
int TlsServer::connections() const { return impl_->accepted; }

}  // namespace straycat::test
