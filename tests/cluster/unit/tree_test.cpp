// Archives of images: streams, tar, and what a layer may not do.
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cluster/node/confine.hpp"
#include "cluster/node/pod_status.hpp"
#include "cluster/system/descriptor.hpp"
#include "cluster/trees/tar.hpp"
#include "cluster/trees/unpack.hpp"

namespace straycat::cluster {
namespace {

using testing::HasSubstr;

// In pieces of odd sizes, as a pipe gives them.
Pull pull_text(std::string text) {
  return [text = std::move(text), at = std::size_t{0}, step = std::size_t{0}](
             char* buffer, std::size_t size) mutable -> Result<std::size_t> {
    const auto most = std::min({size, text.size() - at, step++ % 7 + 1});
    std::copy_n(text.data() + at, most, buffer);
    at += most;
    return most;
  };
}

std::string words_of(const Result<std::string>& result) { return result ? *result : result.error().message; }

std::string through(const std::string& bytes) {
  const auto from = pull_decompressed(pull_text(bytes));
  return from ? words_of(pull_all(*from, 1 << 24)) : from.error().message;
}

std::string gzip(const std::string& text) {
  z_stream stream{};
  deflateInit2(&stream, 9, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY);
  std::string out(text.size() + 1000, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  deflate(&stream, Z_FINISH);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

std::string zstd(const std::string& text) {
  std::string out(ZSTD_compressBound(text.size()), '\0');
  out.resize(ZSTD_compress(out.data(), out.size(), text.data(), text.size(), 3));
  return out;
}

TEST(Stream, IsReadHoweverItIsCompressed) {
  std::string text;
  for (int i = 0; i < 200'000; ++i) text += std::to_string(i * 7919LL % 1000);
  EXPECT_TRUE(through(text) == text);
  EXPECT_TRUE(through(gzip(text)) == text);
  EXPECT_TRUE(through(zstd(text)) == text);
  EXPECT_EQ(through(gzip("one ") + gzip("two")), "one two") << "several members are one stream";
  EXPECT_EQ(through(""), "");
  EXPECT_EQ(sha256_hex("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST(Stream, ADamagedOneIsSaid) {
  const std::string text(100'000, 'x');
  EXPECT_THAT(through(gzip(text).substr(0, 60)), HasSubstr("too early"));
  EXPECT_THAT(through(zstd(text).substr(0, 14)), HasSubstr("too early"));
  EXPECT_THAT(through("\x1f\x8b" + std::string(100, 'x')), HasSubstr("damaged gzip"));
  EXPECT_THAT(through("\x28\xb5\x2f\xfd" + std::string(100, 'x')), HasSubstr("damaged zstd"));
}

// A header of ustar, with its sum.
std::string header(const std::string& path, char type, std::size_t size, const std::string& target = "") {
  std::string out(512, '\0');
  out.replace(0, path.size(), path);
  out.replace(100, 7, "0000755");
  char digits[13];
  std::snprintf(digits, sizeof digits, "%011zo", size);
  out.replace(124, 11, digits);
  out[156] = type;
  out.replace(157, target.size(), target);
  out.replace(257, 8, std::string("ustar\00000", 8));
  out.replace(148, 8, "        ");
  unsigned sum = 0;
  for (const unsigned char each : out) sum += each;
  std::snprintf(digits, sizeof digits, "%06o", sum);
  out.replace(148, 7, std::string(digits) + '\0');
  return out;
}
std::string file(const std::string& path, const std::string& text, char type = '0') {
  return header(path, type, text.size()) + text + std::string((512 - text.size() % 512) % 512, '\0');
}
const std::string end_mark(1024, '\0');

TEST(Tar, LongNamesOfBothKinds) {
  const std::string name(300, 'n'), record = " path=" + name + "\n";
  const auto length = std::to_string(record.size() + 3);
  TarReader tar(pull_text(file("x", length + record, 'x') + file("short", "one") +
                          file("././@LongLink", name + '\0', 'L') + file("short", "two") + end_mark));
  for (const char* text : {"one", "two"}) {
    const auto entry = tar.next();
    ASSERT_TRUE(entry && *entry);
    EXPECT_EQ((*entry)->path, name);
    char bytes[8] = {};
    std::size_t have = 0;
    for (Result<std::size_t> got = 1U; *got > 0; have += *got) {
      got = tar.read(bytes + have, sizeof bytes - have);
      ASSERT_TRUE(got);
    }
    EXPECT_STREQ(bytes, text);
  }
  const auto over = tar.next();
  ASSERT_TRUE(over);
  EXPECT_FALSE(*over);
}

struct Folder {
  std::filesystem::path path = std::filesystem::temp_directory_path() / ("straycat-tree-" + std::to_string(::getpid()));
  Folder() { std::filesystem::create_directories(path / "root"); }
  ~Folder() { std::filesystem::remove_all(path); }
  [[nodiscard]] std::string unpack(const std::string& tar, UnpackBounds bounds = {}) const {
    const Descriptor root(::open((path / "root").c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    const auto done = unpack_layer(root.get(), pull_text(tar), bounds);
    return done ? "" : done.error().message;
  }
  [[nodiscard]] bool has(const std::string& name) const { return std::filesystem::exists(path / name); }
};

TEST(Unpack, NothingLeavesTheFolder) {
  const Folder folder;
  const std::string out = folder.path.string();
  EXPECT_THAT(folder.unpack(file("../escaped", "x") + end_mark), HasSubstr("climbs out"));
  EXPECT_THAT(folder.unpack(file("a/../../escaped", "x") + end_mark), HasSubstr("climbs out"));
  EXPECT_EQ(folder.unpack(file(out + "/absolute", "x") + end_mark), "");
  EXPECT_TRUE(folder.has("root" + out + "/absolute")) << "absolute is the folder's";
  EXPECT_FALSE(folder.has("absolute"));
  // Through links that lead out, absolute and climbing; onto a link; a hard link to what is outside.
  for (const std::string& target : {out, std::string("../"), std::string("../../../../../../") + out}) {
    (void)folder.unpack(header("link", '2', 0, target) + file("link/escaped", "x") + end_mark);
    EXPECT_FALSE(folder.has("escaped")) << target;
  }
  std::ofstream(folder.path / "mine") << "mine";
  EXPECT_EQ(folder.unpack(header("onto", '2', 0, out + "/mine") + file("onto", "theirs") + end_mark), "");
  EXPECT_EQ(std::filesystem::file_size(folder.path / "mine"), 4U);
  EXPECT_NE(folder.unpack(header("hard", '1', 0, "../mine") + end_mark), "");
  EXPECT_NE(folder.unpack(header("link2", '2', 0, out) + header("hard", '1', 0, "link2/mine") + end_mark), "");
  EXPECT_THAT(folder.unpack(file("d/.wh...", "") + end_mark), HasSubstr("may not"));
  // A zero byte, which only a pax header can bring, hides the rest of a name from the kernel.
  const std::string path = std::string("14 path=..\0xy\n", 14);
  EXPECT_THAT(folder.unpack(header("pax", 'x', path.size()) + path + std::string(512 - path.size(), '\0') +
                            file("harmless", "x") + end_mark),
              HasSubstr("climbs out"));
  EXPECT_TRUE(folder.has("mine"));
}

TEST(Unpack, BoundsHold) {
  const Folder folder;
  EXPECT_THAT(folder.unpack(file("a", std::string(2000, 'x')) + end_mark, {1000, 10}), HasSubstr("larger"));
  EXPECT_THAT(folder.unpack(file("a", "") + file("b", "") + file("c", "") + end_mark, {1000, 2}),
              HasSubstr("too many"));
  for (const std::string end : {"", "/x", "/x/x"}) {
    const std::string path = "a" + end;
    EXPECT_EQ(folder.unpack(header(path, '5', 0) + end_mark, {1000, 10, 3}), "");
  }
  EXPECT_THAT(folder.unpack(header("a/x/x/x", '5', 0) + end_mark, {1000, 10, 3}), HasSubstr("deeper than 3"));
  EXPECT_THAT(folder.unpack(header("l", '2', 0, "a/x/x") + header("l/x", '5', 0) + end_mark, {1000, 10, 3}),
              HasSubstr("deeper than 3 folders: \"l/x\""));
  EXPECT_FALSE(folder.has("root/a/x/x/x"));
  std::string deep;  // 1,800 folders through links, no path of more than 46
  for (int i = 0; i < 40; ++i) {
    std::string path = i == 0 ? "e" : "l" + std::to_string(i - 1) + "/e";
    for (int k = 1; k < 45; ++k) path += "/e";
    deep += header(path, '5', 0) + header("l" + std::to_string(i), '2', 0, path);
  }
  EXPECT_THAT(folder.unpack(deep + end_mark), HasSubstr("deeper than 256"));
  EXPECT_THAT(folder.unpack("this is no archive" + std::string(1000, '\0')), HasSubstr("no tar archive"));
  EXPECT_THAT(folder.unpack(header("cut", '0', 5000) + "x"), HasSubstr("too early"));
}

TEST(Capabilities, AddedAndDroppedAsContainerdDoes) {
  EXPECT_EQ(capabilities_of({}, {}), default_capabilities);
  EXPECT_EQ(capabilities_of({"NET_ADMIN"}, {"ALL"}), 1ULL << 12);
  EXPECT_EQ(capabilities_of({"cap_sys_time"}, {"CHOWN"}), (default_capabilities | 1ULL << 25) & ~1ULL);
  EXPECT_EQ(capabilities_of({"ALL"}, {}), (1ULL << 41) - 1);
  EXPECT_EQ(capabilities_of({"NONSENSE"}, {"ALL"}), 0U);
}

TEST(Images, NamesThatMeanTheSame) {
  for (const char* name :
       {"nginx", "nginx:latest", "library/nginx", "docker.io/nginx", "docker.io/library/nginx:latest"})
    EXPECT_TRUE(same_image("nginx", name)) << name;
  for (const char* name : {"nginx:1", "quay.io/nginx", "x/nginx", "nginx2"})
    EXPECT_FALSE(same_image("nginx", name)) << name;
}

}  // namespace
}  // namespace straycat::cluster
