// In place of the bundle of web/ where fanin is built without Node.
#include "fanin/report/page/page_bundle.hpp"

namespace fanin::report {

const PageBundle& page_bundle() noexcept {
  static constexpr PageBundle kNone{};
  return kNone;
}

}  // namespace fanin::report
