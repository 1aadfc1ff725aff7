// PyTorch's own values after torch.manual_seed, and what cannot be replayed.
#include "fanin/init/replay.hpp"

#include <gmock/gmock.h>

#include <bit>
#include <fstream>
#include <functional>
#include <sstream>
#include <vector>

#include "fanin/core/error.hpp"
#include "fanin/init/network_scheme.hpp"
#include "fanin/net/shorthand.hpp"
#include "fanin/theory/gain.hpp"

namespace fanin::init {
namespace {

using net::Axis;
using net::ParameterRole;
using net::ParameterSpec;
using ::testing::Each;
using ::testing::HasSubstr;

/// "8x4x3": [out, in, kernel…]; of rank 1 a bias.
ParameterSpec tensor_of(const std::string& shape) {
  ParameterSpec spec{"w", ParameterRole::weight, {}};
  std::istringstream stream(shape);
  std::string extent;
  while (std::getline(stream, extent, 'x')) {
    const std::size_t axis = spec.dimensions.size();
    spec.dimensions.push_back({{axis == 0 ? Axis::out : axis == 1 ? Axis::in : Axis::kernel, std::stoll(extent)}});
  }
  if (spec.dimensions.size() == 1) spec = {"b", ParameterRole::bias, {{{Axis::channel, spec.dimensions[0][0].extent}}}};
  return spec;
}

/// The dialect whose function the call names.
Dialect dialect_of(const std::string& call) {
  const bool timm = call.rfind("trunc_normal_tf_", 0) == 0 || call.rfind("lecun_normal_", 0) == 0 ||
                    call.rfind("variance_scaling_", 0) == 0;
  return timm ? Dialect::timm : Dialect::pytorch;
}

std::vector<std::byte> replayed(const std::string& call, const ParameterSpec& tensor, DType dtype,
                                random::Replay& stream) {
  const Initializer rule = parse_initializer(call, dialect_of(call));
  check_replay(rule, tensor, "torch", dtype);
  std::vector<std::byte> bytes(static_cast<std::size_t>(tensor.shape().count()) * size_of(dtype));
  replay(rule, tensor, stream, dtype, bytes);
  return bytes;
}

std::string thrown(const std::function<void()>& action) {
  try {
    action();
  } catch (const Error& error) {
    return std::string(to_string(error.code())) + ": " + error.what();
  }
  return "nothing";
}

void expect_draw(std::istringstream& fields, random::Replay& stream) {
  std::string call;
  std::string shape;
  std::string type;
  std::uint64_t hash = 0;
  fields >> call >> shape >> type >> std::hex >> hash;
  const std::vector<std::byte> bytes =
      replayed(call, tensor_of(shape), type == "f64" ? DType::f64 : DType::f32, stream);
  const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  EXPECT_EQ(random::hash_name(text), hash) << call << " " << shape << " " << type;
}

void expect_matrix(std::istringstream& fields, random::Replay& stream) {
  std::string call;
  std::string shape;
  fields >> call >> shape;
  const ParameterSpec tensor = tensor_of(shape);
  const std::vector<std::byte> bytes = replayed(call, tensor, DType::f32, stream);
  const auto* values = reinterpret_cast<const float*>(bytes.data());
  for (std::int64_t i = 0; i < tensor.shape().count(); ++i) {
    float expected = 0;
    fields >> expected;
    ASSERT_TRUE(fields) << call << " " << shape;
    EXPECT_NEAR(values[i], expected, 3e-6F) << call << " " << shape << " element " << i;
  }
}

/// torch.nn.Linear as nobody initialized it, by the scheme pytorch_default.
void expect_linear(std::istringstream& fields, random::Replay& stream) {
  std::int64_t fan_in = 0;
  std::int64_t fan_out = 0;
  fields >> fan_in >> fan_out >> std::hex;
  const net::Graph graph = net::dense_network({fan_in, fan_out}, net::parse_activation("relu"));
  for (const ParameterPlan& entry : parse_network_scheme("pytorch_default").plan(graph).parameters) {
    std::vector<std::byte> bytes(static_cast<std::size_t>(entry.parameter.shape().count()) * 4);
    replay(entry.rule, entry.parameter, stream, DType::f32, bytes);
    std::uint64_t hash = 0;
    fields >> hash;
    EXPECT_EQ(random::hash_name({reinterpret_cast<const char*>(bytes.data()), bytes.size()}), hash)
        << entry.parameter.name << " of " << fan_in << " x " << fan_out;
  }
}

TEST(Replayed, InitializersGiveTheBitsOfTorchNnInit) {
  std::ifstream file(std::string(FANIN_GOLDEN_DIR) + "/init_torch.txt");
  std::string line;
  std::unique_ptr<random::Replay> stream;
  int checks = 0;
  while (std::getline(file, line)) {
    if (line.empty() || line[0] == '#') continue;
    std::istringstream fields(line);
    std::string what;
    fields >> what;
    if (what == "seed") {
      std::uint64_t seed = 0;
      fields >> seed;
      stream = random::make_replay("torch", seed);
    } else if (what == "draw") {
      expect_draw(fields, *stream);
    } else if (what == "matrix") {
      expect_matrix(fields, *stream);
    } else if (what == "linear") {
      expect_linear(fields, *stream);
    } else if (what == "fans") {
      std::string shape;
      net::Fans fans;
      fields >> shape >> fans.fan_in >> fans.fan_out;
      EXPECT_EQ(dialect_fans(Dialect::pytorch, tensor_of(shape)).fan_in, fans.fan_in) << shape;
      EXPECT_EQ(dialect_fans(Dialect::pytorch, tensor_of(shape)).fan_out, fans.fan_out) << shape;
    } else if (what == "gain") {
      std::string name;
      std::uint64_t bits = 0;
      fields >> name >> std::hex >> bits;
      EXPECT_EQ(theory::pytorch_gain(net::parse_activation(name)), std::bit_cast<double>(bits)) << name;
    } else {
      FAIL() << line;
    }
    ++checks;
  }
  EXPECT_EQ(checks, 2 + 2 * (45 + 4 + 5 + 2) + 5 + 6);
}

TEST(Replayed, RulesWithoutRandomnessDrawNothingInAnyType) {
  const auto stream = random::make_replay("numpy", 3);
  const ParameterSpec w = tensor_of("3x4");
  std::vector<std::uint16_t> halves(12, 7);
  const Initializer zeros = parse_initializer("zeros");
  check_replay(zeros, w, "numpy", DType::bf16);
  replay(zeros, w, *stream, DType::bf16, std::as_writable_bytes(std::span(halves)));
  EXPECT_THAT(halves, Each(0));
  std::vector<double> values(2);
  stream->normal({}, std::span(values));
  std::vector<double> fresh(2);
  random::make_replay("numpy", 3)->normal({}, std::span(fresh));
  EXPECT_EQ(values, fresh);
}

TEST(Replayed, ScaledRulesScaleTheReplayedValues) {
  const ParameterSpec w = tensor_of("6x4");
  const auto values = [&](const std::string& text) {
    std::vector<float> all(24);
    const auto stream = random::make_replay("torch", 5);
    replay(parse_initializer(text), w, *stream, DType::f32, std::as_writable_bytes(std::span(all)));
    return all;
  };
  const std::vector<float> plain = values("orthogonal(dialect=pytorch)");
  const std::vector<float> half = values("scaled(orthogonal(dialect=pytorch), 0.5)");
  for (std::size_t i = 0; i < plain.size(); ++i) EXPECT_EQ(half[i], plain[i] / 2);
  EXPECT_EQ(values("scaled(normal(std=1), 0.5)"), values("normal(std=0.5)"));
}

TEST(Replayed, WhatNoLibraryDefinesIsRefusedByNameBeforeAndWhileDrawing) {
  const ParameterSpec w = tensor_of("6x4");
  const auto refusal = [&](const char* text, const char* library, DType dtype) {
    const Initializer rule = parse_initializer(text);
    const std::string early = thrown([&] { check_replay(rule, w, library, dtype); });
    std::vector<std::byte> bytes(24 * size_of(dtype));
    const auto stream = random::make_replay(library, 1);
    const std::string late = thrown([&] { replay(rule, w, *stream, dtype, bytes); });
    EXPECT_EQ(early == "nothing", late == "nothing") << text << ", " << early << ", " << late;
    return early;
  };
  EXPECT_EQ(refusal("he_normal", "numpy-pcg64", DType::f64), "nothing");
  EXPECT_EQ(refusal("truncated_normal", "torch", DType::f32), "nothing");
  EXPECT_THAT(refusal("truncated_normal", "numpy", DType::f32), HasSubstr("stream numpy has no truncated_normal"));
  EXPECT_THAT(refusal("orthogonal", "torch", DType::f32), HasSubstr("dialect=pytorch"));
  EXPECT_THAT(refusal("orthogonal(dialect=pytorch)", "torch", DType::f64), HasSubstr("orthogonal in f32"));
  EXPECT_THAT(refusal("sparse(0.5, dialect=pytorch)", "numpy", DType::f32), HasSubstr("unsupported"));
  EXPECT_THAT(refusal("sparse(0.5)", "torch", DType::f32), HasSubstr("unsupported"));
  EXPECT_THAT(refusal("he_normal", "torch", DType::bf16), HasSubstr("half types"));
  EXPECT_THAT(refusal("delta_orthogonal", "torch", DType::f32), HasSubstr("unsupported"));
  EXPECT_EQ(refusal("dirac", "numpy", DType::f16), "nothing");
  std::vector<std::byte> few(10);
  const auto stream = random::make_replay("torch", 1);
  EXPECT_THAT(thrown([&] { replay(parse_initializer("normal"), w, *stream, DType::f32, few); }), HasSubstr("10 bytes"));
}

}  // namespace
}  // namespace fanin::init
