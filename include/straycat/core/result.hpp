// Errors as values: Result<T> is a T or an Error that says what went wrong, whose fault it is, and where.
#pragma once

#include <string>
#include <utility>

#include <boost/system/result.hpp>

namespace straycat {

// Whose trouble an error is. It decides the exit code: bad_input -> 3, own_trouble -> 4.
enum class Fault {
  bad_input,    // the person can mend it: a file, a flag, a kubeconfig
  own_trouble,  // the surroundings failed: cluster down, port taken, no permission
};

// One clear sentence, with the context put in front as the error travels up ("read deployment.yaml: no such file").
struct Error {
  Fault fault = Fault::own_trouble;
  std::string message;

  // The same error with `context: ` put in front.
  [[nodiscard]] Error within(const std::string& context) const { return {fault, context + ": " + message}; }
  bool operator==(const Error&) const = default;
};

[[noreturn]] void throw_exception_from_error(const Error& error, const boost::source_location& where);

template <class T = void>
using Result = boost::system::result<T, Error>;

[[nodiscard]] inline Error bad_input(std::string message) { return {Fault::bad_input, std::move(message)}; }
[[nodiscard]] inline Error own_trouble(std::string message) { return {Fault::own_trouble, std::move(message)}; }

}  // namespace straycat
