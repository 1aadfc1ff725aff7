#include "fanin/init/library_call.hpp"

#include <array>
#include <cctype>
#include <optional>
#include <utility>

#include "fanin/core/error.hpp"
#include "fanin/init/text.hpp"

namespace fanin::init {
namespace {

constexpr bool is_torch(Dialect dialect) { return dialect == Dialect::pytorch || dialect == Dialect::timm; }

struct Name {
  Dialect dialect;
  std::string_view theirs;
  std::string_view ours;
};
// timm's users write torch.nn.init's names too, so PyTorch's rows serve both.
constexpr std::array kNames{
    Name{Dialect::pytorch, "trunc_normal", "truncated_normal"}, Name{Dialect::keras, "random_normal", "normal"},
    Name{Dialect::keras, "random_uniform", "uniform"}, Name{Dialect::keras, "orthogonal_initializer", "orthogonal"},
    Name{Dialect::keras, "identity_initializer", "identity"}};

struct Argument {
  Dialect dialect;
  std::string_view scheme;
  std::string_view theirs;
  std::string_view ours;
};
constexpr std::array kArguments{Argument{Dialect::pytorch, "uniform", "a", "low"},
                                Argument{Dialect::pytorch, "uniform", "b", "high"},
                                Argument{Dialect::pytorch, "truncated_normal", "a", "low"},
                                Argument{Dialect::pytorch, "truncated_normal", "b", "high"},
                                Argument{Dialect::pytorch, "constant", "val", "value"},
                                Argument{Dialect::keras, "normal", "stddev", "std"},
                                Argument{Dialect::keras, "truncated_normal", "stddev", "std"},
                                Argument{Dialect::keras, "uniform", "minval", "low"},
                                Argument{Dialect::keras, "uniform", "maxval", "high"},
                                Argument{Dialect::jax, "normal", "stddev", "std"},
                                Argument{Dialect::jax, "truncated_normal", "stddev", "std"},
                                Argument{Dialect::jax, "truncated_normal", "lower", "low"},
                                Argument{Dialect::jax, "truncated_normal", "upper", "high"},
                                Argument{Dialect::jax, "orthogonal", "scale", "gain"},
                                Argument{Dialect::jax, "delta_orthogonal", "scale", "gain"}};

Dialect table_dialect(Dialect dialect) { return dialect == Dialect::timm ? Dialect::pytorch : dialect; }

/// "RandomNormal" to "random_normal".
std::string snake_case(std::string_view name) {
  std::string result;
  for (const char letter : name) {
    const bool upper = std::isupper(static_cast<unsigned char>(letter)) != 0;
    if (upper && !result.empty() && result.back() != '_') result += '_';
    result += static_cast<char>(std::tolower(static_cast<unsigned char>(letter)));
  }
  return result;
}

/// Without the library's manner of writing: no trailing underscore, no capitals.
std::string plain_name(std::string_view name, Dialect dialect) {
  if (is_torch(dialect) && name.size() > 1 && name.back() == '_') name.remove_suffix(1);
  return dialect == Dialect::keras ? snake_case(name) : std::string(name);
}

void refuse(const std::string& name, const std::string& message) {
  throw Error(ErrorCode::unsupported, "initializer " + name, message);
}

/// torch.nn.init.kaiming_*(a=0, mode='fan_in', nonlinearity='leaky_relu') as gain= and mode=. `gain` itself is
/// fanin's addition and must be named.
void translate_kaiming(CallExpr& call) {
  static constexpr std::array<std::string_view, 3> kOrder{"a", "mode", "nonlinearity"};
  std::array<std::optional<std::string>, 3> given;
  CallExpr result{call.name, {}};
  std::size_t position = 0;
  bool has_gain = false;
  for (CallArgument& argument : call.arguments) {
    std::size_t which = kOrder.size();
    if (argument.key.empty()) {
      which = position++;
    } else {
      for (std::size_t i = 0; i < kOrder.size(); ++i) which = argument.key == kOrder[i] ? i : which;
    }
    has_gain = has_gain || argument.key == "gain";
    if (which < kOrder.size() && !given[which]) {
      given[which] = std::move(argument.text);
    } else {
      result.arguments.push_back(std::move(argument));  // gain=, or one too many, which the scheme's reader refuses
    }
  }
  if (given[0] || given[2]) {
    if (has_gain) {
      throw Error(ErrorCode::bad_value, "initializer " + call.name,
                  "gain= and PyTorch's a= or nonlinearity= say the same thing; give one of them");
    }
    const std::string slope = given[0].value_or("0");
    const std::optional<double> number = parse_number(slope);
    if (!number) {
      throw Error(ErrorCode::bad_value, "initializer " + call.name,
                  "a=" + slope + " is no number; it is the negative slope of the leaky ReLU after the layer");
    }
    std::string function = given[2].value_or("leaky_relu");
    if (function.rfind("conv", 0) == 0) function = "linear";  // calculate_gain knows conv1d, conv_transpose2d, …
    const std::string leaky = *number == 0 ? "relu" : "leaky_relu(" + number_text(*number) + ")";
    result.arguments.push_back({"gain", function == "leaky_relu" ? leaky : function});
  }
  if (given[1]) result.arguments.push_back({"mode", *given[1]});
  call = std::move(result);
}

/// timm's trunc_normal_tf_: cut in units of the standard deviation, which is that before the cut, as fanin's own
/// truncated_normal with corrected=false.
void translate_trunc_normal_tf(CallExpr& call, Dialect& dialect) {
  static constexpr std::array<std::string_view, 4> kOrder{"mean", "std", "low", "high"};
  bool has_std = false;
  std::size_t position = 0;
  for (CallArgument& argument : call.arguments) {
    if (argument.key.empty() && position < kOrder.size()) argument.key = kOrder[position++];
    if (argument.key == "a") argument.key = "low";
    if (argument.key == "b") argument.key = "high";
    has_std = has_std || argument.key == "std";
  }
  if (!has_std) call.arguments.push_back({"std", "1"});
  call.arguments.push_back({"corrected", "false"});
  call.name = "truncated_normal";
  dialect = Dialect::fanin;
}

}  // namespace

std::string own_name(std::string_view library_name, Dialect dialect) {
  if (dialect == Dialect::fanin) return std::string(library_name);
  std::string name = plain_name(library_name, dialect);
  for (const Name& row : kNames) {
    if (row.dialect == table_dialect(dialect) && row.theirs == name) return std::string(row.ours);
  }
  if (dialect == Dialect::timm && name == "trunc_normal_tf") return "truncated_normal";
  return name;
}

Dialect take_dialect(CallExpr& call, Dialect fallback) {
  for (auto argument = call.arguments.begin(); argument != call.arguments.end(); ++argument) {
    if (argument->key != "dialect") continue;
    const Dialect dialect = parse_dialect(argument->text);
    call.arguments.erase(argument);
    return dialect;
  }
  return fallback;
}

void translate_call(CallExpr& call, Dialect& dialect) {
  if (dialect == Dialect::fanin) return;
  const std::string written = plain_name(call.name, dialect);
  if (dialect == Dialect::timm && written == "trunc_normal_tf") {
    translate_trunc_normal_tf(call, dialect);
    return;
  }
  if (dialect == Dialect::keras && (written == "s_t_f_t" || written == "stft" || written == "s_t_f_t_initializer")) {
    refuse("STFT", "it fills a Fourier transform's kernel, which is no initialization of a weight; fanin has none");
  }
  if (dialect == Dialect::timm && (written == "init_weight_vit" || written == "init_weight_jax")) {
    refuse(written, "it initializes whole modules by their names; write a scheme, such as roles(weight=..., bias=...)");
  }
  call.name = own_name(call.name, dialect);
  if (is_torch(dialect) && (call.name == "he_normal" || call.name == "he_uniform" || call.name == "kaiming_normal" ||
                            call.name == "kaiming_uniform")) {
    translate_kaiming(call);
  }
  for (CallArgument& argument : call.arguments) {
    for (const Argument& row : kArguments) {
      if (row.dialect == table_dialect(dialect) && row.scheme == call.name && row.theirs == argument.key) {
        argument.key = row.ours;
        break;
      }
    }
  }
}

}  // namespace fanin::init
