// Socket addresses to text and back.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <sys/socket.h>

#include <straycat/probe/request.hpp>

namespace straycat::probe {

// The size, or 0 when `dial.address` is no numeric address. "fe80::1%eth0" is understood.
[[nodiscard]] socklen_t to_sockaddr(const Dial& dial, sockaddr_storage& out);
[[nodiscard]] Dial from_sockaddr(const sockaddr_storage& address);
// A non-blocking TCP socket for that destination, bound to `from` when that is an address of the same family. Port 0 is
// chosen at connect(), for this destination only. -1 with errno on failure.
[[nodiscard]] int open_bound_socket(const sockaddr_storage& to, const Dial& from);
// The address and port that a socket has on our side; its address may be unspecified after a failed connect().
[[nodiscard]] Dial local_end(int socket);
// The other side's; none when the socket is not connected.
[[nodiscard]] std::optional<Dial> remote_end(int socket);
[[nodiscard]] bool is_unspecified(const std::string& address);
// The address that the kernel would use to reach `remote` ("" when it has no route). Sends nothing.
[[nodiscard]] std::string source_for(const Dial& remote);

}  // namespace straycat::probe
