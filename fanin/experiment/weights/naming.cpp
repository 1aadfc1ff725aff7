#include "fanin/experiment/weights/naming.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <map>
#include <optional>

#include "fanin/core/error.hpp"

namespace fanin::experiment {
namespace {

struct Judgement {
  std::string_view role;  ///< empty: not clear
  std::string reason;
};

std::string lower(std::string_view text) {
  std::string result(text);
  for (char& c : result) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return result;
}

/// "encoder.layer.0.ln_1.weight" -> its parts; Keras's "/" parts names too, and its ":0" goes.
std::vector<std::string> parts_of(std::string_view name) {
  std::vector<std::string> parts(1);
  for (const char c : lower(name.substr(0, name.find(':')))) {
    if (c == '.' || c == '/') {
      parts.emplace_back();
    } else {
      parts.back() += c;
    }
  }
  return parts;
}

bool holds(std::string_view text, std::string_view part) { return text.find(part) != std::string_view::npos; }

template <std::size_t n>
bool is_one_of(std::string_view text, const std::array<std::string_view, n>& names) {
  return std::ranges::find(names, text) != names.end();
}

/// "ln_1", "bn2", "norm", "layernorm", "final_layer_norm".
bool names_norm(std::string_view part) {
  if (holds(part, "norm")) return true;
  static constexpr std::array<std::string_view, 4> kShort{"ln", "bn", "gn", "rms"};
  for (const std::string_view prefix : kShort) {
    if (!part.starts_with(prefix)) continue;
    const std::string_view rest = part.substr(prefix.size());
    if (rest.empty() || rest.front() == '_' || std::isdigit(static_cast<unsigned char>(rest.front())) != 0) return true;
  }
  return false;
}

class Namer final {
 public:
  explicit Namer(const std::vector<StoredTensor>& tensors) {
    for (const StoredTensor& tensor : tensors) shapes_.emplace(tensor.name, &tensor.shape);
  }

  [[nodiscard]] Judgement judge(const StoredTensor& tensor) const {
    if (!tensor.dtype || !is_float(*tensor.dtype)) return {kKeepRole, "type " + tensor.dtype_name};
    if (tensor.shape.rank() == 0) return {kKeepRole, "a single number"};
    const std::vector<std::string> parts = parts_of(tensor.name);
    const std::string& leaf = parts.back();
    if (leaf == "running_mean" || leaf == "moving_mean") return {"shift", "a running mean"};
    if (leaf == "running_var" || leaf == "moving_variance") return {"scale", "a running variance"};
    if (const Judgement found = recurrent(tensor, leaf); !found.role.empty()) return found;
    if (const Judgement found = vector(tensor, parts); !found.role.empty()) return found;
    if (const Judgement found = embedding(tensor, parts); !found.role.empty()) return found;
    return matrix(tensor, parts);
  }

 private:
  static bool is_float(DType dtype) {
    return dtype == DType::f32 || dtype == DType::f64 || dtype == DType::f16 || dtype == DType::bf16;
  }

  /// PyTorch packs the gates of weight_ih_l0 and its like; how many there are shows in weight_hh.
  [[nodiscard]] Judgement recurrent(const StoredTensor& tensor, const std::string& leaf) const {
    if (const Judgement found = keras_recurrent(tensor, leaf); !found.role.empty()) return found;
    const bool from_input = leaf.starts_with("weight_ih");
    const bool from_state = leaf.starts_with("weight_hh");
    if (leaf.starts_with("bias_ih") || leaf.starts_with("bias_hh")) return {"bias", "its name holds 'bias'"};
    if (!from_input && !from_state) return {};
    std::string sibling = tensor.name;
    if (from_input) sibling.replace(sibling.rfind("weight_ih"), 9, "weight_hh");
    const auto state = shapes_.find(sibling);
    if (state == shapes_.end() || state->second->rank() != 2 || (*state->second)[1] < 1) return {};
    const std::int64_t gates = (*state->second)[0] / (*state->second)[1];
    const std::string reason = "weight_hh packs " + std::to_string(gates) + " gates";
    if (gates == 4) return {from_state ? "lstm_recurrent" : "lstm", reason};
    if (gates == 3) return {from_state ? "gru_recurrent" : "gru", reason};
    if (gates == 1) return {from_state ? "recurrent" : "dense", "weight_hh is square: one gate"};
    return {};
  }

  /// Keras keeps [in, gates*out]; how many gates there are shows in recurrent_kernel.
  [[nodiscard]] Judgement keras_recurrent(const StoredTensor& tensor, const std::string& leaf) const {
    if (leaf != "kernel" && leaf != "recurrent_kernel" && leaf != "bias") return {};
    std::string sibling = tensor.name;
    const std::size_t at = sibling.rfind(leaf);
    if (at == std::string::npos) return {};
    sibling.replace(at, leaf.size(), "recurrent_kernel");
    const auto state = shapes_.find(sibling);
    if (state == shapes_.end() || state->second->rank() != 2 || (*state->second)[0] < 1) return {};
    const std::int64_t gates = (*state->second)[1] / (*state->second)[0];
    const bool packs = gates == 4 || gates == 3 || gates == 1;
    const std::string reason = "recurrent_kernel packs " + std::to_string(gates) + (gates == 1 ? " gate" : " gates");
    if (leaf == "bias") return {gates == 4 && tensor.shape.rank() == 1 ? "lstm_bias" : "bias", reason};
    if (!packs || tensor.shape.rank() != 2) return {};
    const bool from_state = leaf == "recurrent_kernel";
    if (gates == 4) return {from_state ? "lstm_recurrent_in_out" : "lstm_in_out", reason};
    if (gates == 3) return {from_state ? "gru_recurrent_in_out" : "gru_in_out", reason};
    return {from_state ? "recurrent_in_out" : "dense_in_out", reason};
  }

  [[nodiscard]] static Judgement vector(const StoredTensor& tensor, const std::vector<std::string>& parts) {
    const std::string& leaf = parts.back();
    const bool norm = std::ranges::any_of(parts, names_norm);
    static constexpr std::array<std::string_view, 5> kScales{"weight", "scale", "gamma", "g", "lambda"};
    static constexpr std::array<std::string_view, 3> kShifts{"beta", "shift", "b"};
    if (tensor.shape.rank() == 1) {
      if (leaf.ends_with("bias")) return {norm ? "shift" : "bias", "its name ends in 'bias'"};
      if (is_one_of(leaf, kShifts)) return {"shift", "its name is '" + leaf + "'"};
      if (is_one_of(leaf, kScales)) return {"scale", norm ? "it belongs to a normalization" : "a weight of rank 1"};
      if (holds(leaf, "gamma") || holds(leaf, "scale")) return {"scale", "its name is '" + leaf + "'"};
    }
    if (tensor.shape.rank() > 1 && (leaf == "bias" || leaf == "mask")) {
      return {kKeepRole, "a '" + leaf + "' of rank " + std::to_string(tensor.shape.rank()) + " is a mask"};
    }
    return {};
  }

  [[nodiscard]] static Judgement embedding(const StoredTensor& tensor, const std::vector<std::string>& parts) {
    static constexpr std::array<std::string_view, 6> kPositions{"wpe",          "pos_emb",        "pos_embed",
                                                                "position_emb", "positional_emb", "position_bias"};
    static constexpr std::array<std::string_view, 5> kTables{"wte", "embed", "_emb", "_token", "query_tokens"};
    if (tensor.shape.rank() > 3) return {};
    for (const std::string& part : parts) {
      if (holds(part, "patch_emb") || holds(part, "proj")) return {};
      for (const std::string_view known : kPositions) {
        if (holds(part, known)) return {"position", "its name holds '" + std::string(known) + "'"};
      }
    }
    for (const std::string& part : parts) {
      for (const std::string_view known : kTables) {
        if (holds(part, known)) return {"embedding", "its name holds '" + std::string(known) + "'"};
      }
    }
    return {};
  }

  [[nodiscard]] Judgement matrix(const StoredTensor& tensor, const std::vector<std::string>& parts) const {
    const Shape& shape = tensor.shape;
    const std::string& leaf = parts.back();
    const std::string name = lower(tensor.name);
    const bool kernel = leaf == "kernel";
    if (leaf == "recurrent_kernel" || leaf == "depthwise_kernel") return {};
    if (shape.rank() == 2) {
      if (packs_qkv(parts)) {
        if (shape[0] == 3 * shape[1] && !kernel) return {"qkv", "queries, keys and values in one"};
        if (shape[1] == 3 * shape[0]) return {"qkv_in_out", "queries, keys and values in one, inputs first"};
      }
      if (kernel) return {"dense_in_out", "a 'kernel' has its inputs first"};
      if (in_gpt2_block(parts) && gpt2_inputs_first()) return {"dense_in_out", "c_attn shows: inputs first"};
      return {"dense", "rank 2"};
    }
    if (shape.rank() < 3 || shape.rank() > 5) return {};
    if (kernel) return {"conv_channels_last", "a 'kernel' of rank " + std::to_string(shape.rank())};
    const std::string rank = "rank " + std::to_string(shape.rank());
    if (holds(name, "transpose") || holds(name, "deconv")) return {"conv_transpose", rank + " and its name"};
    const bool depthwise = holds(name, "depthwise") || holds(name, "dwconv") || holds(name, "conv_dw");
    if (depthwise && shape[1] == 1) return {"depthwise", "its name, and one input channel"};
    if (leaf != "weight" && !leaf.ends_with("_weight") && leaf != "w") return {};
    return {"conv", rank};
  }

  static bool packs_qkv(const std::vector<std::string>& parts) {
    static constexpr std::array<std::string_view, 5> kNames{"in_proj", "qkv", "c_attn", "query_key_value", "attn_in"};
    return std::ranges::any_of(parts, [](const std::string& part) {
      return std::ranges::any_of(kNames, [&](std::string_view known) { return holds(part, known); });
    });
  }

  /// GPT-2's Conv1D keeps [in, out]; nanoGPT and others use the same names for [out, in].
  static bool in_gpt2_block(const std::vector<std::string>& parts) {
    return std::ranges::any_of(parts, [](const std::string& part) { return part == "c_fc" || part == "c_proj"; });
  }

  [[nodiscard]] bool gpt2_inputs_first() const {
    return std::ranges::any_of(shapes_, [](const auto& entry) {
      const Shape& shape = *entry.second;
      return holds(entry.first, "c_attn") && shape.rank() == 2 && shape[1] == 3 * shape[0];
    });
  }

  std::map<std::string, const Shape*, std::less<>> shapes_;
};

[[noreturn]] void ask_for_roles(const std::vector<std::string>& unclear) {
  constexpr std::size_t kShown = 5;
  std::string names;
  for (std::size_t i = 0; i < std::min(unclear.size(), kShown); ++i) names += (i == 0 ? "" : ", ") + unclear[i];
  if (unclear.size() > kShown) names += " and " + std::to_string(unclear.size() - kShown) + " more";
  std::string roles;
  for (const TensorRole& role : tensor_roles()) roles += (roles.empty() ? "" : ", ") + std::string(role.name);
  throw Error(
      ErrorCode::bad_value, names,
      "neither name nor shape tells what this is; say so with --role PATTERN=ROLE, where ROLE is one of " + roles);
}

}  // namespace

bool matches(std::string_view pattern, std::string_view name) noexcept {
  std::size_t p = 0;
  std::size_t n = 0;
  std::size_t star = std::string_view::npos;
  std::size_t resume = 0;
  while (n < name.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      resume = n;
    } else if (p < pattern.size() && (pattern[p] == '?' || pattern[p] == name[n])) {
      ++p;
      ++n;
    } else if (star != std::string_view::npos) {
      p = star + 1;
      n = ++resume;
    } else {
      return false;
    }
  }
  while (p < pattern.size() && pattern[p] == '*') ++p;
  return p == pattern.size();
}

std::vector<NamedTensor> name_tensors(const std::vector<StoredTensor>& tensors, const std::vector<RoleRule>& rules,
                                      Unclear policy) {
  const Namer namer(tensors);
  std::vector<bool> used(rules.size(), false);
  std::vector<std::string> unclear;
  std::vector<NamedTensor> named;
  for (const StoredTensor& tensor : tensors) {
    Judgement judgement = namer.judge(tensor);
    bool by_hand = false;
    for (std::size_t i = 0; i < rules.size(); ++i) {
      if (!matches(rules[i].pattern, tensor.name)) continue;
      used[i] = true;
      judgement = {rules[i].role, "--role " + rules[i].pattern};
      by_hand = true;
    }
    if (judgement.role.empty()) {
      unclear.push_back(tensor.name + " " + to_string(tensor.shape));
      named.push_back({with_role(tensor.name, tensor.shape, "bias"), "unknown", ""});
      continue;
    }
    named.push_back({with_role(tensor.name, tensor.shape, judgement.role), std::string(judgement.role),
                     std::move(judgement.reason), by_hand});
  }
  for (std::size_t i = 0; i < rules.size(); ++i) {
    if (used[i]) continue;
    throw Error(ErrorCode::bad_value, "--role " + rules[i].pattern,
                "no tensor has such a name; * stands for anything, also nothing");
  }
  if (!unclear.empty() && policy == Unclear::refused) ask_for_roles(unclear);
  return named;
}

}  // namespace fanin::experiment
