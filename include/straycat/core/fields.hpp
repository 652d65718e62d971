// One way from JSON to structs and back. A struct names its fields once, for both directions:
//
//   template <class F>
//   void fields(F f, auto& note, const Note*) { f("text", note.text), f.always("ok", note.ok); }
//
// found by argument-dependent lookup. A reader takes what is of the right type, leaves the rest at the default, and
// counts it: it never throws, whatever the document. A whole number that does not fit its field is a wrong type, and so
// is one with a fraction. null is an absent field.
#pragma once

#include <concepts>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include <nlohmann/json.hpp>

#include <straycat/core/histogram.hpp>
#include <straycat/core/vocabulary.hpp>

namespace straycat {

// What a reader met that it could not take as it stood.
struct Oddities {
  std::uint64_t wrong_types = 0;    // fields, or items of one, that were left out
  std::uint64_t unknown_words = 0;  // words that are in no table: of a later version, or no words of ours at all
  bool operator==(const Oddities&) const = default;
};

// As Kubernetes names ports.
using NumberOrName = std::variant<int, std::string>;

// Fields with their default value are left out.
class FieldWriter {
 public:
  explicit FieldWriter(nlohmann::json& out) : out_(out) { out_ = nlohmann::json::object(); }
  template <class T>
  void operator()(const char* key, const T& value) {
    if (!(value == T{})) out_[key] = value;
  }
  template <class T>
  void operator()(const char* key, const std::optional<T>& value) {
    if (value) out_[key] = *value;
  }
  void operator()(const char* key, const nlohmann::json& value) {
    if (!value.is_null()) out_[key] = value;
  }
  // Written whatever it is.
  template <class T>
  void always(const char* key, const T& value) {
    out_[key] = value;
  }
  void always(const char* key, const NumberOrName& value) {
    std::visit([&](const auto& one) { out_[key] = one; }, value);
  }
  template <class T>
  void always(const char* key, const T& value, const T&) {
    out_[key] = value;
  }
  // A value whose default is not T{}.
  template <class T>
  void with_default(const char* key, const T& value, const T& fallback) {
    if (!(value == fallback)) out_[key] = value;
  }

 private:
  nlohmann::json& out_;
};

template <std::integral T, std::integral From>
[[nodiscard]] std::optional<T> fitting(From number) {
  return std::in_range<T>(number) ? std::optional(static_cast<T>(number)) : std::nullopt;
}

// Where a FieldReader reads from: a tree of nlohmann's. (log_reader.cpp has another, for whole logs.)
struct TreeSource {
  using Value = const nlohmann::json*;

  static std::optional<Value> member(Value object, const char* key) {
    if (!object->is_object()) return std::nullopt;
    const auto found = object->find(key);
    return found == object->end() || found->is_null() ? std::nullopt : std::optional<Value>(&*found);
  }
  static bool is_object(Value in) { return in->is_object(); }
  static std::optional<std::string_view> text(Value in) {
    return in->is_string() ? std::optional<std::string_view>(in->get_ref<const std::string&>()) : std::nullopt;
  }
  static std::optional<bool> truth(Value in) {
    return in->is_boolean() ? std::optional(in->get<bool>()) : std::nullopt;
  }
  static std::optional<double> number(Value in) {
    return in->is_number() ? std::optional(in->get<double>()) : std::nullopt;
  }
  template <std::integral T>
  static std::optional<T> whole(Value in) {
    if (in->is_number_unsigned()) return fitting<T>(in->get<std::uint64_t>());
    return in->is_number_integer() ? fitting<T>(in->get<std::int64_t>()) : std::nullopt;
  }
  static nlohmann::json tree(Value in) { return *in; }
  // Calls f(key, value) or f(value) for each; false when it is no object, or no array.
  template <class F>
  static bool each_member(Value in, F f) {
    if (!in->is_object()) return false;
    for (auto at = in->begin(); at != in->end(); ++at) f(std::string_view(at.key()), &*at);
    return true;
  }
  template <class F>
  static bool each_item(Value in, F f) {
    if (!in->is_array()) return false;
    for (const nlohmann::json& item : *in) f(&item);
    return true;
  }
};

template <class Source>
class FieldReader {
 public:
  using Value = typename Source::Value;
  FieldReader(Value object, Oddities& odd) : object_(object), odd_(odd) {}

  template <class T>
  void operator()(const char* key, T& value) {
    const std::optional<Value> found = Source::member(object_, key);
    if (found && !take(*found, value)) ++odd_.wrong_types;
  }
  template <class T>
  void always(const char* key, T& value) {
    (*this)(key, value);
  }
  // `fallback` where the field is missing or cannot be taken.
  template <class T>
  void always(const char* key, T& value, const T& fallback) {
    with_default(key, value, fallback);
  }
  template <class T>
  void with_default(const char* key, T& value, const T& fallback) {
    value = fallback;
    (*this)(key, value);
  }

 private:
  static bool take(Value in, std::string& value) {
    const auto text = Source::text(in);
    if (text) value = *text;
    return text.has_value();
  }
  static bool take(Value in, bool& value) { return keep(Source::truth(in), value); }
  static bool take(Value in, double& value) { return keep(Source::number(in), value); }
  template <std::integral T>
  static bool take(Value in, T& value) {
    return keep(Source::template whole<T>(in), value);
  }
  static bool take(Value in, nlohmann::json& value) {
    value = Source::tree(in);
    return true;
  }
  template <Spelt E>
  bool take(Value in, E& value) {
    const auto text = Source::text(in);
    if (!text) return false;
    const std::optional<E> known = from_word<E>(*text);
    if (!known) ++odd_.unknown_words;
    value = known.value_or(Vocabulary<E>::unknown);
    return true;
  }
  template <class T>
  bool take(Value in, std::optional<T>& value) {
    T read{};
    if (!take(in, read)) return false;
    value = std::move(read);
    return true;
  }
  static bool take(Value in, NumberOrName& value) {
    if (const auto text = Source::text(in))
      value = std::string(*text);
    else if (const auto number = Source::template whole<int>(in))
      value = *number;
    else
      return false;
    return true;
  }
  // Items of a wrong type are left out, and counted one by one.
  template <class T>
  bool take(Value in, std::vector<T>& value) {
    std::vector<T> read;
    const bool good = Source::each_item(in, [&](Value item) {
      T one{};
      take(item, one) ? read.push_back(std::move(one)) : void(++odd_.wrong_types);
    });
    if (good) value = std::move(read);
    return good;
  }
  template <class T>
  bool take(Value in, std::map<std::string, T>& value) {
    std::map<std::string, T> read;
    const bool good = Source::each_member(in, [&](std::string_view key, Value member) {
      T one{};
      take(member, one) ? void(read.insert_or_assign(std::string(key), std::move(one))) : void(++odd_.wrong_types);
    });
    if (good) value = std::move(read);
    return good;
  }
  // [index, count]
  static bool take(Value in, Histogram::Bucket& value) {
    std::vector<std::uint64_t> both;
    const bool good = Source::each_item(in, [&](Value item) {
      if (const auto number = Source::template whole<std::uint64_t>(item)) both.push_back(*number);
    });
    if (!good || both.size() != 2 || both[0] >= Histogram::buckets_end || both[1] >> 48 != 0) return false;
    value = {both[0], both[1]};
    return true;
  }
  bool take(Value in, Histogram& value) {
    if (!Source::is_object(in)) return false;
    std::int64_t least = 0, most = 0;
    std::vector<Histogram::Bucket> buckets;
    FieldReader read(in, odd_);
    read("minNs", least), read("maxNs", most), read("buckets", buckets);
    value = {Nanos{least}, Nanos{most}, std::move(buckets)};
    return true;
  }
  // A struct that names its fields.
  template <class T>
    requires requires(FieldReader f, T& value) { fields(f, value, static_cast<const T*>(nullptr)); }
  bool take(Value in, T& value) {
    if (!Source::is_object(in)) return false;
    fields(FieldReader(in, odd_), value, static_cast<const T*>(nullptr));
    return true;
  }
  template <class T>
  static bool keep(const std::optional<T>& read, T& value) {
    if (read) value = *read;
    return read.has_value();
  }

  Value object_;
  Oddities& odd_;
};

// A struct that names its fields, from a tree; the default where that is no object.
template <class T>
[[nodiscard]] T read_fields(const nlohmann::json& in, Oddities& odd) {
  T value{};
  if (in.is_object())
    fields(FieldReader<TreeSource>(&in, odd), value, static_cast<const T*>(nullptr));
  else
    ++odd.wrong_types;
  return value;
}

template <class T>
void write_fields(nlohmann::json& out, const T& value) {
  fields(FieldWriter(out), value, static_cast<const T*>(nullptr));
}

}  // namespace straycat
