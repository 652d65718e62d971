#include "cluster/apiserver/protobuf.hpp"

#include <bit>
#include <optional>

#include <fmt/format.h>

#include "cluster/kinds/base64.hpp"
#include "cluster/kinds/json_help.hpp"
#include "cluster/kinds/schema.hpp"
#include "cluster/store/store.hpp"

namespace straycat::cluster {
namespace {

using Kind = Type::Kind;

constexpr std::string_view magic{"k8s\0", 4};
constexpr int deepest = 100;  // as in JSON

// The wire's own types (protobuf.dev/programming-guides/encoding); the other two are not used any more.
enum class Form { varint = 0, fixed64 = 1, bytes = 2, fixed32 = 5 };

struct Field {
  int number = 0;
  Form form = Form::varint;
  std::uint64_t number_value = 0;
  std::string_view bytes;
};

// Takes a message apart, field by field.
class Fields {
 public:
  explicit Fields(std::string_view message) : rest_(message) {}
  // None at the end, and when what follows is no field: `broken` tells.
  std::optional<Field> next() {
    if (rest_.empty()) return std::nullopt;
    Field field;
    const auto tag = varint();
    field.number = static_cast<int>(tag >> 3);
    field.form = static_cast<Form>(tag & 7);
    switch (field.form) {
      case Form::varint:
        field.number_value = varint();
        break;
      case Form::bytes:
        field.bytes = take(varint());
        break;
      case Form::fixed64:
        field.bytes = take(8);
        break;
      case Form::fixed32:
        field.bytes = take(4);
        break;
      default:
        broken_ = true;
    }
    if (broken_) return std::nullopt;
    return field;
  }
  [[nodiscard]] bool broken() const { return broken_; }
  std::uint64_t varint() {
    std::uint64_t value = 0;
    for (int shift = 0; shift < 64 && !rest_.empty(); shift += 7) {
      const auto byte = static_cast<unsigned char>(rest_.front());
      rest_.remove_prefix(1);
      value |= static_cast<std::uint64_t>(byte & 0x7F) << shift;
      if ((byte & 0x80) == 0) return value;
    }
    broken_ = true;
    return 0;
  }
  [[nodiscard]] bool at_end() const { return rest_.empty(); }

 private:
  std::string_view take(std::uint64_t size) {
    if (size > rest_.size()) {
      broken_ = true;
      return {};
    }
    const auto out = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return out;
  }

  std::string_view rest_;
  bool broken_ = false;
};

// The fields of a small message that holds one of each at most, by number.
std::optional<std::map<int, Field>> fields_of(std::string_view message) {
  std::map<int, Field> out;
  Fields fields{message};
  while (const auto field = fields.next()) out[field->number] = *field;
  if (fields.broken()) return std::nullopt;
  return out;
}

json whole_number(std::uint64_t value) { return static_cast<std::int64_t>(value); }

// metav1.Time and MicroTime, which always has its six digits; null: not set.
bool is_micro_time(const std::string& field) {
  return field == "eventTime" || field == "lastObservedTime" || field == "acquireTime" || field == "renewTime";
}
json time_text(std::map<int, Field>& fields) {
  if (fields.empty()) return nullptr;
  const auto seconds = static_cast<std::int64_t>(fields[1].number_value);
  const auto nanos = static_cast<std::int64_t>(fields[2].number_value);
  auto text = kube_time(seconds);
  if (nanos != 0) text.insert(text.size() - 1, fmt::format(".{:06}", nanos / 1000));
  return text;
}

// Messages that are one value in JSON. None: broken.
std::optional<json> scalar(const Type& type, std::string_view message) {
  auto fields = fields_of(message);
  if (!fields) return std::nullopt;
  switch (type.wire) {
    case Type::Wire::time:
      return time_text(*fields);
    case Type::Wire::int_or_string:
      if ((*fields)[1].number_value != 0) return json(std::string((*fields)[3].bytes));
      return whole_number((*fields)[2].number_value);
    default:
      return json(std::string((*fields)[1].bytes));
  }
}

std::optional<json> decode_message(std::string_view message, const Structure& structure, int depth);

bool add_items(json& list, const Field& field, const Type& element, int depth);

// A list that is a map's value is a message of its own, with its items as the first field.
std::optional<json> decode_list(const Field& field, const Type& element, int depth) {
  json out = json::array();
  Fields items{field.bytes};
  while (const auto item = items.next())
    if (item->number == 1 && !add_items(out, *item, element, depth)) return std::nullopt;
  if (items.broken()) return std::nullopt;
  return out;
}

// What JSON Schema writes in two ways is a message with a field for each (apiextensions/v1 marshal.go).
std::optional<json> decode_either(const Field& field, const Type& type, int depth) {
  static const Structure& schema = structures().at("apiextensions.v1.JSONSchemaProps");
  const bool bool_first = type.wire == Type::Wire::schema_or_bool;
  json out = bool_first ? json(false) : json(nullptr), several = json::array();
  Fields parts{field.bytes};
  while (const auto part = parts.next()) {
    if (part->form == Form::varint) {
      if (bool_first && out.is_boolean()) out = part->number_value != 0;
    } else if (part->number == 2 && type.wire == Type::Wire::schema_or_words) {
      several.push_back(std::string(part->bytes));
    } else if (auto inner = decode_message(part->bytes, schema, depth + 1)) {
      if (part->number == 2 && type.wire == Type::Wire::schema_or_list)
        several.push_back(std::move(*inner));
      else
        out = std::move(*inner);
    } else {
      return std::nullopt;
    }
  }
  if (parts.broken()) return std::nullopt;
  return several.empty() ? std::move(out) : std::move(several);
}

// Eight bytes, the lowest first. Whole numbers are written as such in JSON.
json real_number(std::string_view bytes) {
  std::uint64_t bits = 0;
  for (std::size_t i = 0; i < bytes.size(); ++i)
    bits |= static_cast<std::uint64_t>(static_cast<unsigned char>(bytes[i])) << (8 * i);
  const auto value = std::bit_cast<double>(bits);
  constexpr double exact = 1LL << 53;
  if (value > -exact && value < exact && value == static_cast<double>(static_cast<std::int64_t>(value)))
    return static_cast<std::int64_t>(value);
  return value;
}

std::optional<json> decode_value(const Field& field, const Type& type, int depth) {
  if (type.kind == Kind::list && field.form == Form::bytes) return decode_list(field, *type.element, depth);
  if (type.wire == Type::Wire::real)
    return field.form == Form::fixed64 ? std::optional(real_number(field.bytes)) : std::nullopt;
  const bool is_number = type.kind == Kind::number || type.kind == Kind::boolean;
  if (field.form != (is_number ? Form::varint : Form::bytes)) return std::nullopt;
  switch (type.kind) {
    case Kind::number:
      return whole_number(field.number_value);
    case Kind::boolean:
      return json(field.number_value != 0);
    case Kind::string:
      return json(type.wire == Type::Wire::bytes ? base64(field.bytes) : std::string(field.bytes));
    case Kind::scalar:
      return scalar(type, field.bytes);
    case Kind::structure:
      return decode_message(field.bytes, *type.structure, depth + 1);
    default: {  // metav1.FieldsV1: JSON in a message of its own
      if (type.wire != Type::Wire::plain) return decode_either(field, type, depth);
      auto raw = fields_of(field.bytes);
      if (!raw) return std::nullopt;
      auto value = json::parse((*raw)[1].bytes, nullptr, false);
      return value.is_discarded() ? json(nullptr) : std::move(value);
    }
  }
}

// A map is a list of messages {key, value}. False: broken.
bool add_entry(json& map, const Field& field, const Type& element, int depth) {
  auto entry = fields_of(field.bytes);
  if (field.form != Form::bytes || !entry) return false;
  auto& value = (*entry)[2];
  if (value.number == 0) value.form = Form::bytes;  // a value that is zero is not written
  auto decoded = decode_value(value, element, depth);
  if (decoded) map[std::string((*entry)[1].bytes)] = std::move(*decoded);
  return decoded.has_value();
}

// One item of a list, or all of them at once for numbers.
bool add_items(json& list, const Field& field, const Type& element, int depth) {
  if (!list.is_array()) list = json::array();
  if (element.kind == Type::Kind::number && field.form == Form::bytes) {
    Fields packed{field.bytes};
    while (!packed.at_end() && !packed.broken()) list.push_back(whole_number(packed.varint()));
    return !packed.broken();
  }
  auto decoded = decode_value(field, element, depth);
  if (decoded) list.push_back(std::move(*decoded));
  return decoded.has_value();
}

bool is_zero(const json& value) {
  return value.is_null() || value == json(0) || value == json(false) || value == json("");
}

bool add_field(json& object, const std::string& name, const Field& field, const Type& type, int depth) {
  if (type.kind == Kind::map || type.kind == Kind::atomic_map)
    return add_entry(object[name], field, *type.element, depth);
  if (type.element) return add_items(object[name], field, *type.element, depth);
  auto decoded = decode_value(field, type, depth);
  if (!decoded) return false;
  if (type.wire == Type::Wire::time && decoded->is_string() && is_micro_time(name)) {
    auto text = decoded->get<std::string>();
    if (text.find('.') == std::string::npos) *decoded = text.insert(text.size() - 1, ".000000");
  }
  if (type.pointer || !is_zero(*decoded)) object[name] = std::move(*decoded);
  return true;
}

std::optional<json> decode_message(std::string_view message, const Structure& structure, int depth) {
  if (depth > deepest) return std::nullopt;
  json out = json::object();
  Fields fields{message};
  while (const auto field = fields.next()) {
    const auto known = structure.numbered.find(field->number);
    if (known == structure.numbered.end()) continue;
    if (known->second.embedded != nullptr) {
      auto inner = decode_message(field->bytes, *known->second.embedded, depth + 1);
      if (!inner) return std::nullopt;
      out.update(*inner);
    } else if (!add_field(out, known->second.name, *field, structure.fields.at(known->second.name), depth)) {
      return std::nullopt;
    }
  }
  if (fields.broken()) return std::nullopt;
  return out;
}

// "apps/v1", "Deployment": the type apps.v1.Deployment. Options of requests bear any version.
const Structure* structure_of(const std::string& api_version, const std::string& kind) {
  const auto slash = api_version.find('/');
  const auto group = slash == std::string::npos ? "core" : api_version.substr(0, api_version.find_first_of("./"));
  const auto version = slash == std::string::npos ? api_version : api_version.substr(slash + 1);
  const auto name = kind == "DeleteOptions" ? "meta.v1." + kind : group + "." + version + "." + kind;
  const auto at = structures().find(name);
  return at == structures().end() ? nullptr : &at->second;
}

}  // namespace

StoreResult<Document> from_protobuf(std::string_view body) {
  const auto broken = bad_request("the body of the request is no Kubernetes object in protobuf");
  if (body.substr(0, magic.size()) != magic) return broken;
  auto unknown = fields_of(body.substr(magic.size()));
  if (!unknown) return broken;
  auto type_meta = fields_of((*unknown)[1].bytes);
  if (!type_meta) return broken;
  const std::string api_version{(*type_meta)[1].bytes}, kind{(*type_meta)[2].bytes};
  const auto* structure = structure_of(api_version, kind);
  if (structure == nullptr || structure->numbered.empty()) {
    return bad_request("no kind " + json(kind).dump() + " is registered for version " + json(api_version).dump() +
                       " in scheme");
  }
  auto object = decode_message((*unknown)[2].bytes, *structure, 0);
  if (!object) return broken;
  (*object)["apiVersion"] = api_version;
  (*object)["kind"] = kind;
  return Document{std::move(*object)};
}

}  // namespace straycat::cluster
