# How everything is compiled: the warnings, the sanitizers, ccache when the machine has it.
option(FANIN_WERROR "Treat warnings as errors (CI turns it on)" OFF)
set(FANIN_SANITIZE "" CACHE STRING "Sanitizers, comma-separated: address,undefined or thread; empty for none")

add_library(fanin_warnings INTERFACE)
target_compile_options(fanin_warnings INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor -Wold-style-cast -Woverloaded-virtual
  -Wdouble-promotion -Wcast-qual -Wformat=2
  # Values are defined by separately rounded + - x / sqrt; a kernel that wants a fused
  # multiply-add asks for it by name.
  -ffp-contract=off)
if(FANIN_WERROR)
  target_compile_options(fanin_warnings INTERFACE -Werror)
endif()

# CMakePresets.json gives the sanitizers their run-time options; tests/sanitizers/ names the libraries
# that are not instrumented.
set(FANIN_SANITIZE_FLAGS "")
if(FANIN_SANITIZE)
  set(FANIN_SANITIZE_FLAGS -fsanitize=${FANIN_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
  add_compile_options(${FANIN_SANITIZE_FLAGS})
  add_compile_definitions(_GLIBCXX_ASSERTIONS)
  # Two of the x86 targets show what a sanitizer can find; all of them take minutes a file to compile.
  add_compile_definitions("HWY_DISABLED_TARGETS=(HWY_SSSE3|HWY_SSE4|HWY_AVX3)")
  add_compile_options(-Wno-maybe-uninitialized) # GCC: false alarms in <regex> under a sanitizer
  add_link_options(${FANIN_SANITIZE_FLAGS})
endif()

# For tests, and under a sanitizer for the program: GCC spends most of their build on templates of GoogleTest, JSON and
# CLI11. Without optimization they compile in two thirds of the time. Under a sanitizer that would cost more than it
# saves, since what is compiled so stands in for the rooms' copies of the same templates; there the checks of
# undefined behaviour go, which the rooms keep.
function(fanin_compile_quickly target)
  if(FANIN_SANITIZE MATCHES "undefined")
    target_compile_options(${target} PRIVATE -fno-sanitize=undefined)
  elseif(NOT FANIN_SANITIZE AND CMAKE_CXX_COMPILER_ID MATCHES "GNU|Clang")
    target_compile_options(${target} PRIVATE -O0)
  endif()
endfunction()

if(NOT DEFINED CMAKE_CXX_COMPILER_LAUNCHER)
  find_program(FANIN_CCACHE ccache)
  mark_as_advanced(FANIN_CCACHE)
  if(FANIN_CCACHE)
    set(CMAKE_CXX_COMPILER_LAUNCHER ${FANIN_CCACHE})
  endif()
endif()
