// normal(mean, std): N(mean, std²) whatever the shape.
#include "fanin/init/schemes/all.hpp"
#include "fanin/init/text.hpp"

namespace fanin::init {
namespace {

constexpr random::Normal kDefault{0, 0.05};  // as Keras; PyTorch's normal_ has std 1

RulePtr parse(CallReader& reader) {
  const random::Normal law{checked_f32(reader.number("mean", kDefault.mean), "normal", "mean"),
                           checked_std_dev(reader.number("std", kDefault.std_dev), "normal", "std")};
  return std::make_shared<FixedLaw>(CallText("normal")
                                        .add_unless("mean", law.mean, kDefault.mean)
                                        .add_unless("std", law.std_dev, kDefault.std_dev)
                                        .str(),
                                    law);
}

}  // namespace

const Scheme kNormal{{"normal", "mean=0, std=0.05", "N(mean, std²)", "", ""}, parse};

}  // namespace fanin::init
