// Loads and stores of the last lanes of a row that is no multiple of a vector. Included once per target.
HWY_BEFORE_NAMESPACE();
namespace fanin::engine {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

// `count` <= Lanes(d) values, the missing lanes filled with `fill`.
template <class D>
HWY_INLINE hn::Vec<D> LoadPart(D d, const float* from, std::size_t count, float fill) {
  if (count == hn::Lanes(d)) return hn::LoadU(d, from);
  HWY_ALIGN float lanes[hn::MaxLanes(d)];
  for (std::size_t i = 0; i < hn::Lanes(d); ++i) lanes[i] = i < count ? from[i] : fill;
  return hn::Load(d, lanes);
}

template <class D>
HWY_INLINE void StorePart(D d, hn::Vec<D> v, float* to, std::size_t count) {
  if (count == hn::Lanes(d)) return hn::StoreU(v, d, to);
  HWY_ALIGN float lanes[hn::MaxLanes(d)];
  hn::Store(v, d, lanes);
  for (std::size_t i = 0; i < count; ++i) to[i] = lanes[i];
}

}  // namespace HWY_NAMESPACE
}  // namespace fanin::engine
HWY_AFTER_NAMESPACE();
