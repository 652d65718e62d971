#include "cluster/trees/image_tree.hpp"

#include <charconv>
#include <cstdlib>
#include <fcntl.h>
#include <filesystem>
#include <sstream>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "cluster/trees/archive.hpp"
#include "cluster/trees/unpack.hpp"

namespace straycat::cluster {
namespace {

using json = nlohmann::json;

constexpr std::uint64_t most_bytes = 40ULL << 30;

// Where an image's parts stand in its layout.
struct Layout {
  std::string config;
  std::vector<std::string> layers;  // lowest first
};

const json& member(const json& object, const char* key) {
  static const json nothing;
  return object.is_object() && object.contains(key) ? object[key] : nothing;
}

std::string word(const json& object, const char* key) {
  const json& value = member(object, key);
  return value.is_string() ? value.get<std::string>() : "";
}

std::vector<std::string> words(const json& list) {
  std::vector<std::string> out;
  if (!list.is_array()) return out;
  for (const json& item : list)
    if (item.is_string()) out.push_back(item.get<std::string>());
  return out;
}

// (A Result of json itself would take its Error for a value.)
struct Document {
  json value;
};

Result<Document> read_json(Blobs& blobs, const std::string& name) {
  auto text = blobs.text(name);
  if (!text) return text.error();
  Document out{json::parse(*text, nullptr, false)};
  if (out.value.is_discarded()) return bad_input(name + " is no JSON");
  return out;
}

Result<std::string> blob_path(const std::string& digest) {
  const auto colon = digest.find(':');
  const bool known = digest.starts_with("sha256:") && digest.size() == 71 &&
                     digest.find_first_not_of("0123456789abcdef", 7) == std::string::npos;
  if (!known) return bad_input(fmt::format("\"{}\" is no digest that is known here", digest));
  return "blobs/sha256/" + digest.substr(colon + 1);
}

// docker save (moby image/tarexport): one item for each image.
Result<Layout> docker_layout(Blobs& blobs, const std::string& image) {
  const auto document = read_json(blobs, "manifest.json");
  if (!document) return document.error();
  const json& all = document->value;
  if (!all.is_array() || all.empty()) return bad_input("manifest.json names no image");
  const json* chosen = &all.front();
  for (const json& each : all) {
    for (const std::string& tag : words(member(each, "RepoTags")))
      if (tag == image || tag.ends_with("/" + image) || tag == image + ":latest") chosen = &each;
  }
  return Layout{word(*chosen, "Config"), words(member(*chosen, "Layers"))};
}

#if defined(__x86_64__)
constexpr const char* own_platform = "amd64";
#else
constexpr const char* own_platform = "arm64";
#endif

// Of several manifests the one for this machine, else the first.
const json* chosen_manifest(const json& index) {
  const json& all = member(index, "manifests");
  if (!all.is_array() || all.empty()) return nullptr;
  for (const json& each : all)
    if (word(member(each, "platform"), "architecture") == own_platform) return &each;
  return &all.front();
}

// image-spec image-layout.md; an index may lead to another.
Result<Layout> oci_layout(Blobs& blobs) {
  std::string name = "index.json";
  for (int depth = 0; depth < 4; ++depth) {
    const auto document = read_json(blobs, name);
    if (!document) return document.error();
    const json* next = chosen_manifest(document->value);
    if (next != nullptr) {
      auto path = blob_path(word(*next, "digest"));
      if (!path) return path.error();
      name = *path;
      continue;
    }
    const auto config = blob_path(word(member(document->value, "config"), "digest"));
    if (!config) return config.error().within(name);
    Layout out{*config, {}};
    for (const json& layer : member(document->value, "layers")) {
      auto path = blob_path(word(layer, "digest"));
      if (!path) return path.error();
      out.layers.push_back(std::move(*path));
    }
    return out;
  }
  return bad_input("its index leads nowhere");
}

Result<Layout> layout_of(Blobs& blobs, const std::string& image) {
  if (blobs.has("manifest.json")) return docker_layout(blobs, image);
  if (blobs.has("index.json")) return oci_layout(blobs);
  return bad_input("it has neither a manifest.json nor an index.json: this is no image that docker or skopeo saved");
}

// The same bytes, until there were too many: what is passed over, and what follows an end mark, costs time, too.
Pull at_most(std::uint64_t& left, Pull from) {
  return [&left, from = std::move(from)](char* bytes, std::size_t size) -> Result<std::size_t> {
    auto got = from(bytes, size);
    if (!got) return got;
    if (*got > left) return bad_input("the image is larger than it may be");
    left -= *got;
    return got;
  };
}

// Each layer's digest is of its bytes once decompressed.
Result<> unpack(Blobs& blobs, const Layout& layout, const json& config, int root) {
  const auto digests = words(member(member(config, "rootfs"), "diff_ids"));
  if (digests.size() != layout.layers.size())
    return bad_input(
        fmt::format("it has {} layers, and its configuration says {}", layout.layers.size(), digests.size()));
  UnpackBounds bounds;
  std::uint64_t left = most_bytes;  // of all layers, whatever they hold
  for (std::size_t i = 0; i < digests.size(); ++i) {
    const auto raw = blobs.pull(layout.layers[i]);
    if (!raw) return raw.error();
    auto layer = pull_decompressed(*raw);
    if (!layer) return layer.error();
    Digest digest;
    const Pull counted = at_most(left, Digest::of(std::move(*layer), digest));
    if (auto done = unpack_layer(root, counted, bounds); !done) return done.error().within(layout.layers[i]);
    std::vector<char> rest(65536);  // what follows the archive's end mark counts, too
    for (Result<std::size_t> got = 1U; *got > 0;) {
      got = counted(rest.data(), rest.size());
      if (!got) return got.error();
    }
    if (const auto found = "sha256:" + digest.hex(); found != digests[i])
      return bad_input(fmt::format("{} has the digest {} and not {}", layout.layers[i], found, digests[i]));
  }
  return {};
}

// Complete or not there: unpacked beside it, then renamed.
Result<> fill_cache(Blobs& blobs, const Layout& layout, const json& config, const std::string& folder) {
  // One at a time; what another left there when it was killed is nobody's any more.
  const std::filesystem::path whole(folder);
  const Descriptor lock(::open(whole.parent_path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!lock || ::flock(lock.get(), LOCK_EX) != 0) return system_error("lock " + whole.parent_path().string());
  std::error_code ignored;
  if (std::filesystem::is_directory(folder, ignored)) return {};
  std::vector<std::filesystem::path> left;
  for (const auto& entry : std::filesystem::directory_iterator(whole.parent_path(), ignored))
    if (entry.path().filename().string().starts_with(whole.filename().string() + ".")) left.push_back(entry.path());
  for (const auto& path : left) std::filesystem::remove_all(path, ignored);
  std::string beside = folder + ".XXXXXX";
  if (::mkdtemp(beside.data()) == nullptr) return system_error("make " + beside);
  Result<> done = own_trouble("");
  {
    const Descriptor root(::open(beside.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    ::fchmod(root.get(), 0755);
    done = unpack(blobs, layout, config, root.get());
  }
  if (done && ::rename(beside.c_str(), folder.c_str()) != 0 && errno != EEXIST && errno != ENOTEMPTY)
    done = system_error("make " + folder);
  std::filesystem::remove_all(beside, ignored);
  return done;
}

std::optional<unsigned> number_of(const std::string& text) {
  unsigned out = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
  return !text.empty() && error == std::errc() && end == text.data() + text.size() ? std::optional(out) : std::nullopt;
}

std::vector<std::string> fields_of(const std::string& line) {
  std::vector<std::string> out;
  std::stringstream in(line);
  for (std::string part; std::getline(in, part, ':');) out.push_back(part);
  return out;
}

// "NAME[:GROUP]" or numbers, by passwd(5) and group(5) of the tree.
void find_user(ImageTree& out, int root) {
  const auto colon = out.user.find(':');
  const std::string user = out.user.substr(0, colon),
                    group = colon == std::string::npos ? "" : out.user.substr(colon + 1);
  const auto number = user.empty() ? std::optional(0U) : number_of(user);
  out.uid = number.value_or(0);
  out.user_known = number.has_value();
  std::stringstream people(read_within(root, "etc/passwd"));
  for (std::string line; std::getline(people, line);) {
    const auto fields = fields_of(line);
    if (fields.size() < 6 || (number ? fields[2] != std::to_string(*number) : fields[0] != user)) continue;
    out.uid = number_of(fields[2]).value_or(0);
    out.gid = number_of(fields[3]).value_or(0);
    out.home = fields[5];
    out.user_known = true;
    break;
  }
  if (group.empty()) return;
  out.gid = number_of(group).value_or(0);
  std::stringstream groups(read_within(root, "etc/group"));
  for (std::string line; std::getline(groups, line);) {
    const auto fields = fields_of(line);
    if (fields.size() > 2 && fields[0] == group) out.gid = number_of(fields[2]).value_or(out.gid);
  }
}

void complete(ImageTree& out) {
  const Descriptor root(::open(out.folder.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  find_user(out, root.get());
}

Result<ImageTree> open_layout(const std::string& path, const std::string& name, const std::string& cache) {
  if (cache.empty()) return own_trouble("HOME is not set: there is no place for what the archive holds");
  std::error_code error;
  std::filesystem::create_directories(cache, error);
  if (error) return own_trouble("make " + cache + ": " + error.message());
  ::chmod(cache.c_str(), 0700);
  auto blobs = Blobs::open(path, cache);
  if (!blobs) return blobs.error();
  const auto layout = layout_of(*blobs, name);
  if (!layout) return layout.error();
  const auto text = blobs->text(layout->config);
  if (!text) return text.error();
  const json config = json::parse(*text, nullptr, false);
  ImageTree out;
  const std::string digest = sha256_hex(*text);
  out.id = "sha256:" + digest;
  out.folder = cache + "/" + digest;
  if (!std::filesystem::is_directory(out.folder, error)) {
    if (auto filled = fill_cache(*blobs, *layout, config, out.folder); !filled) return filled.error();
  }
  const json& settings = member(config, "config");
  out.entrypoint = words(member(settings, "Entrypoint"));
  out.command = words(member(settings, "Cmd"));
  out.env = words(member(settings, "Env"));
  out.working_dir = word(settings, "WorkingDir");
  out.user = word(settings, "User");
  complete(out);
  return out;
}

}  // namespace

Result<ImageTree> open_image(const std::string& path, const std::string& name, const std::string& cache, bool folders) {
  std::error_code error;
  const std::string whole = std::filesystem::canonical(path, error);
  if (error) return bad_input(path + ": " + error.message());
  if (folders && std::filesystem::is_directory(whole, error) &&
      !std::filesystem::exists(whole + "/index.json", error) &&
      !std::filesystem::exists(whole + "/manifest.json", error)) {
    ImageTree out;
    out.folder = whole;
    out.id = "file://" + whole;
    complete(out);
    return out;
  }
  auto out = open_layout(whole, name, cache);
  return out ? out : Result<ImageTree>(out.error().within(path));
}

std::string image_cache() {
  const char* cache = std::getenv("XDG_CACHE_HOME");
  if (cache != nullptr && *cache == '/') return std::string(cache) + "/straycat/images";
  const char* home = std::getenv("HOME");
  return home != nullptr && *home == '/' ? std::string(home) + "/.cache/straycat/images" : "";
}

}  // namespace straycat::cluster
