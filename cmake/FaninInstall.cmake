# What is installed beside the program and the library: the manual page and the completions, both made from the
# program's own words, the documents and the licence; and the Debian package (`cpack -G DEB`).
find_package(Python3 REQUIRED COMPONENTS Interpreter)

set(FANIN_ZSH_COMPLETIONS ${CMAKE_INSTALL_DATADIR}/zsh/site-functions
  CACHE STRING "Where zsh looks for completions; a Debian package says share/zsh/vendor-completions")

set(words ${PROJECT_BINARY_DIR}/share)
file(MAKE_DIRECTORY ${words})
set(run ${CMAKE_COMMAND} -E env ASAN_OPTIONS=detect_leaks=0) # in a sanitizer build the libraries' own leaks do not count
add_custom_command(OUTPUT ${words}/fanin.1 ${words}/fanin.bash ${words}/fanin.zsh ${words}/fanin.fish
  COMMAND ${run} ${Python3_EXECUTABLE} -B ${PROJECT_SOURCE_DIR}/tools/make_man.py --fanin $<TARGET_FILE:fanin_cli>
    --to ${words}/fanin.1
  COMMAND ${run} $<TARGET_FILE:fanin_cli> completion bash > ${words}/fanin.bash
  COMMAND ${run} $<TARGET_FILE:fanin_cli> completion zsh > ${words}/fanin.zsh
  COMMAND ${run} $<TARGET_FILE:fanin_cli> completion fish > ${words}/fanin.fish
  DEPENDS fanin_cli ${PROJECT_SOURCE_DIR}/tools/make_man.py
  COMMENT "Writing the manual page and the completions")
add_custom_target(fanin_words ALL DEPENDS ${words}/fanin.1)
add_dependencies(fanin_product fanin_words)

install(FILES ${words}/fanin.1 DESTINATION ${CMAKE_INSTALL_MANDIR}/man1)
install(FILES ${words}/fanin.bash DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions RENAME fanin)
install(FILES ${words}/fanin.zsh DESTINATION ${FANIN_ZSH_COMPLETIONS} RENAME _fanin)
install(FILES ${words}/fanin.fish DESTINATION ${CMAKE_INSTALL_DATADIR}/fish/vendor_completions.d)
install(FILES README.md ARCHITECTURE.md CHANGELOG.md LICENSE DESTINATION ${CMAKE_INSTALL_DOCDIR})
install(FILES cmake/copyright DESTINATION ${CMAKE_INSTALL_DOCDIR})
install(DIRECTORY docs DESTINATION ${CMAKE_INSTALL_DOCDIR} FILES_MATCHING PATTERN "*.md" PATTERN "*.png")

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME fanin)
set(CPACK_PACKAGE_CONTACT "The fanin authors <fanin@users.noreply.github.com>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "makes deep networks start right")
set(CPACK_PACKAGE_DESCRIPTION "fanin initializes deep networks, predicts what a start does to signals and gradients, watches
trainings, diagnoses them and repairs them. This package has the program, the C++ library and its headers.")
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION science)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON) # dependencies of the program, from what it is linked with
set(CPACK_DEBIAN_PACKAGE_RECOMMENDS dataset-fashion-mnist)
# What find_package(fanin) wants, for those who link the library.
set(CPACK_DEBIAN_PACKAGE_SUGGESTS "libdnnl-dev, ocl-icd-opencl-dev, libhwy-dev, libeigen3-dev, libboost-dev, libfmt-dev,\
 nlohmann-json3-dev, libtomlplusplus-dev, zlib1g-dev, libsqlite3-dev")
include(CPack)
