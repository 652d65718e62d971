// Building blocks of the rows: columns and cells of Tables, as kubernetes pkg/printers/internalversion/printers.go
// prints them. Cells are made from whatever the objects hold.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "cluster/kinds/row.hpp"

namespace straycat::cluster {

inline constexpr Column name_column{"Name", "string", 0, "Name must be unique within a namespace."};
inline constexpr Column age_column{
    "Age", "string", 0, "CreationTimestamp is a timestamp representing the server time when this object was created."};

// Name, the kind's own, Age, and what `-o wide` adds of the pod template.
[[nodiscard]] std::vector<Column> workload_columns(std::initializer_list<Column> own);

// "4s", "2m22s", "5h", "3d": apimachinery pkg/util/duration HumanDuration.
[[nodiscard]] std::string human_duration(std::int64_t seconds);

namespace cells {

// The value at a path of keys, or null.
[[nodiscard]] const json& at(const json& object, std::initializer_list<const char*> path);
[[nodiscard]] std::string text(const json& value, const std::string& fallback = "<none>");
[[nodiscard]] std::int64_t count(const json& value);
[[nodiscard]] std::string name_of(const json& object);
[[nodiscard]] std::string since(const json& time, std::int64_t now_ns);
[[nodiscard]] std::string age(const json& object, std::int64_t now_ns);
// "a=b,c=d" of a map.
[[nodiscard]] std::string joined(const json& map);
// status.conditions has one of this type that is true.
[[nodiscard]] bool has_condition(const json& object, std::string_view type);
// The cells of workload_columns' end.
void add_template(json& cells, const json& object);

}  // namespace cells
}  // namespace straycat::cluster
