#include <stdexcept>

#include <straycat/core/result.hpp>

namespace straycat {

// Reached only when someone asks an error for its value: a programming error.
void throw_exception_from_error(const Error& error, const boost::source_location& where) {
  throw std::logic_error("value() of an error: " + error.message + " (" + where.to_string() + ")");
}

}  // namespace straycat
