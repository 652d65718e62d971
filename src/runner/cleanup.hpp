// Takes away what a run made, and nothing else: by uid. Private to `runner`.
#pragma once

#include <boost/asio/awaitable.hpp>

#include "runner/site.hpp"

namespace straycat::runner {

// Deletes and waits until all is gone, at most `most`. Errors: what is left, and the command that removes it.
boost::asio::awaitable<Result<>> clean_up(Site& site, Nanos most);

}  // namespace straycat::runner
