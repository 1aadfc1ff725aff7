#include "fanin/observe/remedy_elsewhere.hpp"

#include <array>
#include <cstddef>
#include <cstdio>

#include "fanin/core/error.hpp"
#include "fanin/net/activation.hpp"
#include "fanin/theory/gain.hpp"

namespace fanin::observe {
namespace {

struct Phrase {
  std::string_view fanin;  ///< as a remedy has it
  std::string_view pytorch;
  std::string_view keras;
};

// Of phrases that begin alike, the longer first.
constexpr std::array<Phrase, 11> kPhrases{{
    {"he_normal", "torch.nn.init.kaiming_normal_(layer.weight, nonlinearity='relu')", "kernel_initializer='he_normal'"},
    {"glorot_normal", "torch.nn.init.xavier_normal_(layer.weight)", "kernel_initializer='glorot_normal'"},
    {"lecun_normal", "torch.nn.init.kaiming_normal_(layer.weight, nonlinearity='linear')",
     "kernel_initializer='lecun_normal'"},
    {"orthogonal", "torch.nn.init.orthogonal_(layer.weight)", "kernel_initializer='orthogonal'"},
    {".bias=zeros", "torch.nn.init.zeros_(layer.bias)", "bias_initializer='zeros'"},
    {"--activation tanh or relu", "torch.nn.Tanh() or torch.nn.ReLU()", "activation='tanh' or 'relu'"},
    {"--activation leaky_relu", "torch.nn.LeakyReLU()", "keras.layers.LeakyReLU()"},
    {"--clip global_norm=1", "torch.nn.utils.clip_grad_norm_(model.parameters(), 1) before optimizer.step()",
     "global_clipnorm=1 in the optimizer"},
    {"--standardize", "x = (x - x.mean(0)) / x.std(0)", "keras.layers.Normalization(), adapted to the training rows"},
    {"fixup", "torch.nn.init.zeros_(layer.weight) for the last layer of each branch",
     "kernel_initializer='zeros' for the last layer of each branch"},
    {"--lr ", "lr=", "learning_rate="},
}};

std::string digits(double value) {
  std::array<char, 32> text{};
  const int length = std::snprintf(text.data(), text.size(), "%.4g", value);
  return {text.data(), static_cast<std::size_t>(length)};
}

/// "he_normal(gain=sigmoid)": no other framework has the gain of every activation, so here is its number; empty for an
/// activation that only the trace knows.
std::string with_gain(std::string_view activation, bool pytorch) {
  double gain = 0;
  try {
    gain = theory::forward_gain(net::parse_activation(activation));
  } catch (const Error&) {
    return {};
  }
  if (pytorch) return "torch.nn.init.normal_(layer.weight, std=" + digits(gain) + " / layer.in_features**0.5)";
  return "kernel_initializer=keras.initializers.VarianceScaling(" + digits(gain * gain) +
         ", 'fan_in', 'untruncated_normal')";
}

/// The text from `begin` up to the parenthesis that closes one opened before it.
std::string_view argument_at(std::string_view text, std::size_t begin) {
  std::size_t end = begin;
  for (int open = 1; end < text.size(); ++end) {
    open += text[end] == '(' ? 1 : text[end] == ')' ? -1 : 0;
    if (open == 0) break;
  }
  return text.substr(begin, end - begin);
}

/// What stands behind `begin` up to the first character of `ends`.
std::string_view until(std::string_view text, std::size_t begin, std::string_view ends) {
  return text.substr(begin, text.find_first_of(ends, begin) - begin);
}

}  // namespace

std::string remedy_elsewhere(std::string_view remedy, std::string_view origin) {
  const bool pytorch = origin == "pytorch";
  if (!pytorch && origin != "keras") return {};
  constexpr std::string_view kGain = "he_normal(gain=";
  std::string text;
  const auto add = [&text](const std::string& part) {
    if (!part.empty() && text.find(part) == std::string::npos) text += (text.empty() ? "" : "; ") + part;
  };
  for (std::size_t at = 0; at < remedy.size(); ++at) {
    const std::string_view rest = remedy.substr(at);
    if (rest.starts_with(kGain)) {
      const std::string_view activation = argument_at(rest, kGain.size());
      add(with_gain(activation, pytorch));
      at += kGain.size() + activation.size();
      continue;
    }
    for (const Phrase& phrase : kPhrases) {
      if (!rest.starts_with(phrase.fanin)) continue;
      std::string part(pytorch ? phrase.pytorch : phrase.keras);
      if (part.ends_with('=')) part.append(until(rest, phrase.fanin.size(), " ,;")) += " in the optimizer";
      add(part);
      at += phrase.fanin.size() - 1;
      break;
    }
  }
  return text;
}

}  // namespace fanin::observe
