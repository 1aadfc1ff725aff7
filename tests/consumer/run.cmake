# Installs the build into an empty prefix, then configures, builds and runs the consumer project
# against it, as somebody else's project would.
#   cmake -D BUILD=... -D SOURCE=... -D WORK=... -D CXX=... -D GENERATOR=... -D FLAGS=... -P run.cmake
file(REMOVE_RECURSE ${WORK})
execute_process(COMMAND ${CMAKE_COMMAND} --install ${BUILD} --prefix ${WORK}/prefix
  OUTPUT_QUIET COMMAND_ERROR_IS_FATAL ANY)
# Moved, so that no path of the first place can be in it.
file(RENAME ${WORK}/prefix ${WORK}/moved)
execute_process(COMMAND ${CMAKE_COMMAND} -S ${SOURCE} -B ${WORK}/build -G ${GENERATOR}
  -D CMAKE_PREFIX_PATH=${WORK}/moved -D CMAKE_CXX_COMPILER=${CXX} -D CMAKE_CXX_FLAGS=${FLAGS}
  -D CMAKE_BUILD_TYPE=Release COMMAND_ERROR_IS_FATAL ANY)
execute_process(COMMAND ${CMAKE_COMMAND} --build ${WORK}/build COMMAND_ERROR_IS_FATAL ANY)
execute_process(COMMAND ${WORK}/build/consumer OUTPUT_VARIABLE output COMMAND_ECHO STDOUT COMMAND_ERROR_IS_FATAL ANY)
message("${output}")

execute_process(COMMAND ${WORK}/build/own_tensors COMMAND_ECHO STDOUT COMMAND_ERROR_IS_FATAL ANY)
execute_process(COMMAND ${WORK}/build/own_engine OUTPUT_VARIABLE verdict COMMAND_ECHO STDOUT COMMAND_ERROR_IS_FATAL ANY)
if(NOT verdict MATCHES "^vanishing_gradient: ")
  message(FATAL_ERROR "ten sigmoids in a row should be found to fade the gradient: ${verdict}")
endif()

# Zeros cannot learn and He can: what the table must show.
if(NOT output MATCHES "zeros +[45][0-9]\\.[0-9] %")
  message(FATAL_ERROR "zeros should sit at chance")
endif()
if(NOT output MATCHES "he_normal +(9[0-9]|100)\\.[0-9] %")
  message(FATAL_ERROR "he_normal should learn the spirals")
endif()
execute_process(COMMAND ${WORK}/moved/bin/fanin --version COMMAND_ERROR_IS_FATAL ANY)
