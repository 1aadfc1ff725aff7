#include "tests/support/json.hpp"

namespace fanin::tests {

nlohmann::json parse_json(std::string_view text) { return nlohmann::json::parse(text); }

bool is_json(std::string_view text) { return nlohmann::json::accept(text); }

}  // namespace fanin::tests

NLOHMANN_JSON_NAMESPACE_BEGIN
void PrintTo(const nlohmann::json& value, std::ostream* out) { *out << value.dump(2); }
NLOHMANN_JSON_NAMESPACE_END
