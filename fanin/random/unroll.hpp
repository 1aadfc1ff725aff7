// FANIN_RANDOM_UNROLL before a loop of known length asks the compiler to unroll it. Private to this room.
#pragma once

#if defined(__clang__)
#define FANIN_RANDOM_UNROLL _Pragma("clang loop unroll(full)")
#elif defined(__GNUC__)
#define FANIN_RANDOM_UNROLL _Pragma("GCC unroll 16")
#else
#define FANIN_RANDOM_UNROLL
#endif
