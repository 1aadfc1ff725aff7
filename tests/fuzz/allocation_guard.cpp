// Replaces operator new in the fuzz programs: one allocation far beyond what an input of at most 64 KiB
// can need means that a parser believed a header, and ends the program.
#include <cstdio>
#include <cstdlib>
#include <new>

namespace {

constexpr std::size_t kWild = std::size_t{32} << 20;

void* guarded(std::size_t size) {
  if (size > kWild) {
    std::fprintf(stderr, "wild allocation of %zu bytes\n", size);
    std::abort();
  }
  void* memory = std::malloc(size == 0 ? 1 : size);
  if (memory == nullptr) throw std::bad_alloc();
  return memory;
}

}  // namespace

void* operator new(std::size_t size) { return guarded(size); }
void* operator new[](std::size_t size) { return guarded(size); }
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete[](void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
void operator delete[](void* memory, std::size_t) noexcept { std::free(memory); }
