// Convolutions and pooling.
#include <array>

#include "fanin/net/ops/conv.hpp"
#include "fanin/net/ops/conv_transpose.hpp"
#include "fanin/net/ops/pooling.hpp"
#include "fanin/net/toml/forms.hpp"

namespace fanin::net {
namespace {

/// One number stands for every spatial axis of the input [channels, spatial axes…].
Window read_window(Fields& fields, const FormContext& context, bool dilation) {
  Window window{fields.integers("kernel"), fields.integers("stride"), fields.integers("padding"), {}};
  if (dilation) window.dilation = fields.integers("dilation");
  if (window.kernel.empty()) {
    fields.fail(ErrorCode::bad_syntax, "kernel", "it needs `kernel`, the size of its window: 3 or [3, 3]");
  }
  const std::size_t axes = context.inputs.empty() || context.inputs[0].rank() < 2 ? 1 : context.inputs[0].rank() - 1;
  if (window.kernel.size() == 1) window.kernel.assign(axes, window.kernel[0]);
  return window;
}

void write_window(const Window& window, FieldWriter& out) {
  out.integers("kernel", window.kernel);
  out.integers("stride", window.stride);
  out.integers("padding", window.padding);
}

OpPtr read_conv(Fields& fields, const FormContext& context) {
  ConvOptions options;
  options.channels = fields.integer("channels", "the output channels");
  options.window = read_window(fields, context, /*dilation=*/true);
  options.groups = fields.integer("groups", 1);
  options.bias = fields.flag("bias", true);
  return conv(options);
}

void write_conv(const Op& op, FieldWriter& out) {
  const ConvOptions& options = static_cast<const Conv&>(op).options();
  out.integer("channels", options.channels);
  write_window(options.window, out);
  out.integers("dilation", options.window.dilation);
  out.integer("groups", options.groups);
  out.flag("bias", options.bias);
}

OpPtr read_conv_transpose(Fields& fields, const FormContext& context) {
  ConvTransposeOptions options;
  options.channels = fields.integer("channels", "the output channels");
  options.window = read_window(fields, context, /*dilation=*/true);
  options.output_padding = fields.integers("output_padding");
  options.groups = fields.integer("groups", 1);
  options.bias = fields.flag("bias", true);
  return conv_transpose(options);
}

void write_conv_transpose(const Op& op, FieldWriter& out) {
  const ConvTransposeOptions& options = static_cast<const ConvTranspose&>(op).options();
  out.integer("channels", options.channels);
  write_window(options.window, out);
  out.integers("dilation", options.window.dilation);
  out.integers("output_padding", options.output_padding);
  out.integer("groups", options.groups);
  out.flag("bias", options.bias);
}

const std::vector<std::string>& pooling_types() {
  static const std::vector<std::string> kTypes{"max", "average", "global_average"};
  return kTypes;
}

OpPtr read_pooling(Fields& fields, const FormContext& context) {
  PoolingOptions options;
  options.type = static_cast<PoolingKind>(fields.choice("type", pooling_types()));
  if (options.type != PoolingKind::global_average) options.window = read_window(fields, context, /*dilation=*/false);
  return pooling(options);
}

void write_pooling(const Op& op, FieldWriter& out) {
  const PoolingOptions& options = static_cast<const Pooling&>(op).options();
  out.word("type", pooling_types()[static_cast<std::size_t>(options.type)]);
  if (options.type != PoolingKind::global_average) write_window(options.window, out);
}

}  // namespace

std::span<const OpForm> spatial_forms() noexcept {
  static constexpr std::array<OpForm, 3> kForms{{{"conv", read_conv, write_conv},
                                                 {"conv_transpose", read_conv_transpose, write_conv_transpose},
                                                 {"pooling", read_pooling, write_pooling}}};
  return kForms;
}

}  // namespace fanin::net
