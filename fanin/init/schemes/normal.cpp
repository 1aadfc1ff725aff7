// normal(mean, std): N(mean, std²) whatever the shape.
#include "fanin/init/schemes/all.hpp"
#include "fanin/init/text.hpp"

namespace fanin::init {
namespace {

/// fanin's default is Keras's.
double standard_std_dev(Dialect dialect) {
  switch (dialect) {
    case Dialect::pytorch:
    case Dialect::timm: return 1;
    case Dialect::jax: return 0.01;
    case Dialect::keras:
    case Dialect::fanin: break;
  }
  return 0.05;
}

RulePtr parse(CallReader& reader, Dialect dialect) {
  const double fallback = standard_std_dev(dialect);
  // JAX's has no mean, so its first argument is the standard deviation.
  const double mean = dialect == Dialect::jax ? 0 : checked_f32(reader.number("mean", 0), "normal", "mean");
  const random::Normal law{mean, checked_std_dev(reader.number("std", fallback), "normal", "std")};
  return std::make_shared<FixedLaw>(
      CallText("normal").add_unless("mean", law.mean, 0).add_unless("std", law.std_dev, fallback).str(dialect), law);
}

}  // namespace

const Scheme kNormal{{"normal", "mean=0, std=0.05", "N(mean, std²)", "", ""}, parse};

}  // namespace fanin::init
