#include "fanin/experiment/data/large_pages.hpp"

namespace fanin::experiment {

void use_large_pages(Samples& /*samples*/) {}  // the system decides by itself, or has none

}  // namespace fanin::experiment
