// A program of ours in a child process of the test, with its output in a pipe.
#pragma once

#include <map>
#include <string>
#include <sys/types.h>
#include <vector>

namespace straycat::images {

class Child {
 public:
  Child(std::vector<std::string> arguments, std::map<std::string, std::string> environment = {});
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;
  ~Child();  // killed when still there

  std::string line();  // the next line of its output; what there is at the end of it
  int port();          // out of its "listening on ADDRESS:PORT" line
  void signal(int number) const;
  int wait();  // exit code, or -signal
  [[nodiscard]] const std::string& listening() const { return listening_; }

 private:
  pid_t pid_ = -1;
  int out_ = -1;
  std::string listening_;
};

// A client connection to 127.0.0.1:port (or `address`), with a deadline of 10 s on each read.
class Client {
 public:
  explicit Client(int port, const std::string& address = "127.0.0.1");
  ~Client();
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;
  [[nodiscard]] bool connected() const { return connected_; }
  [[nodiscard]] int error() const { return error_; }  // errno of a failed connect
  void send(const std::string& bytes) const;
  void end_output() const;  // half-close
  std::string read_until_close();
  std::string read_answer();  // one answer with its Content-Length

 private:
  int fd_ = -1;
  bool connected_ = false;
  int error_ = 0;
  std::string buffer_;
};

}  // namespace straycat::images
