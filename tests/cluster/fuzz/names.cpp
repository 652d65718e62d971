// Whatever a pod sends to the name server: it is answered, refused or dropped, and the answer is no longer than asked.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include <boost/asio/io_context.hpp>

#include "cluster/dns/message.hpp"
#include "cluster/dns/zone.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace straycat::cluster;
  static boost::asio::io_context io;
  static const Store store(io.get_executor());
  const dns::Read read = dns::read_query({reinterpret_cast<const char*>(data), size});
  if (!read.query) return 0;
  const std::string answer = dns::write_answer(*read.query, dns::answer(store, *read.query), read.query->room);
  if (answer.size() > read.query->room || answer.size() < 12) std::abort();
  return 0;
}
