// Passwords' keys that are derived once: preloaded into a program (LD_PRELOAD=libclint_keys.so), it keeps what scrypt
// made of an input in a file of the folder CLINT_TEST_KEYS, and gives it to whoever derives from the same input again.
// The first to ask has OpenSSL do it, the others wait for that one.
#include <dlfcn.h>
#include <fcntl.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/params.h>
#include <sys/file.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <string>

namespace {

// Hexadecimal SHA-256 of all that the key comes from; empty: no scrypt (TLS makes its keys by this function, too), or
// no digest.
std::string name_of(const OSSL_PARAM* params, std::size_t size) {
  if (!params || !OSSL_PARAM_locate_const(params, OSSL_KDF_PARAM_SCRYPT_N)) return {};
  std::string input = std::to_string(size);
  for (const OSSL_PARAM* param = params; param->key; ++param) {
    input += '/' + std::string(param->key) + '/' + std::to_string(param->data_size) + '/';
    input.append(static_cast<const char*>(param->data), param->data_size);
  }
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned length = 0;
  const int hashed = EVP_Digest(input.data(), input.size(), digest, &length, EVP_sha256(), nullptr);
  OPENSSL_cleanse(input.data(), input.size());
  if (hashed != 1) return {};
  std::string name;
  char hex[3];
  for (unsigned i = 0; i < length; ++i) {
    std::snprintf(hex, sizeof hex, "%02x", digest[i]);
    name += hex;
  }
  return name;
}

}  // namespace

extern "C" int EVP_KDF_derive(EVP_KDF_CTX* ctx, unsigned char* key, std::size_t size, const OSSL_PARAM params[]) {
  static const auto derive = reinterpret_cast<decltype(&EVP_KDF_derive)>(dlsym(RTLD_NEXT, "EVP_KDF_derive"));
  const char* folder = std::getenv("CLINT_TEST_KEYS");
  const std::string name = folder ? name_of(params, size) : std::string();
  const int file = name.empty() ? -1 : open((folder + ('/' + name)).c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (file < 0 || flock(file, LOCK_EX) != 0) {
    if (file >= 0) close(file);
    return derive(ctx, key, size, params);
  }
  int done = 1;
  if (pread(file, key, size, 0) != static_cast<ssize_t>(size)) {
    done = derive(ctx, key, size, params);
    if (done == 1) [[maybe_unused]]
      const auto kept = pwrite(file, key, size, 0);  // less than all: as if there were none
  }
  close(file);  // and the lock with it
  return done;
}
