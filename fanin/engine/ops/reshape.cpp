#include "fanin/engine/ops/same_elements.hpp"
#include "fanin/engine/ops/table.hpp"

namespace fanin::engine {

const OpEntry kReshapeEntry{"reshape", same_elements_traits, make_same_elements, same_elements_reference};

}  // namespace fanin::engine
