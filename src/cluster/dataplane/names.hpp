// Service names inside pods without a DNS server: one hosts file per namespace, mounted at /etc/hosts of its
// pods.
//
// Readers never see a torn line: a line is appended as a comment ("#10.96.0.7 sayhi ..."), then its first byte alone is
// overwritten with a blank; removal overwrites it with '#' again.
#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "cluster/store/store.hpp"
#include <straycat/core/result.hpp>

namespace straycat::cluster {

class NamesFile {
 public:
  // `directory` exists; it will hold `hosts.NS` for each namespace asked for, `nsswitch.conf` ("hosts: files") and an
  // empty `resolv.conf`, so that an unknown name fails at once instead of asking a name server that cannot answer.
  static Result<NamesFile> create(std::string directory);
  NamesFile(NamesFile&& other) noexcept;
  NamesFile& operator=(NamesFile&& other) noexcept;
  ~NamesFile();

  // The hosts file for pods of that namespace, made on first use with every name known so far.
  Result<std::string> hosts_path(const std::string& ns);
  [[nodiscard]] std::string nsswitch_path() const { return directory_ + "/nsswitch.conf"; }
  [[nodiscard]] std::string resolv_path() const { return directory_ + "/resolv.conf"; }

  // The addresses of a Service from now on (none: the name is gone). Returns at once when nothing changed.
  Result<> set_service(const std::string& ns, const std::string& name, const std::vector<std::string>& addresses);
  // The same for a Service object: its cluster IP, or its ready endpoints when it is headless (from its slices).
  Result<> update(const std::string& ns, const std::string& name, const Object& service,
                  const std::vector<Object>& slices);

 private:
  struct File {
    int fd = -1;
    std::string path;
    std::map<std::string, long> lines;  // text without the first byte -> offset of that byte
  };
  using Key = std::pair<std::string, std::string>;
  explicit NamesFile(std::string directory) : directory_(std::move(directory)) {}
  static Result<> show(File& file, const std::string& line, bool shown);

  std::string directory_;
  std::map<std::string, File> files_;
  std::map<Key, std::vector<std::string>> services_;
};

}  // namespace straycat::cluster
