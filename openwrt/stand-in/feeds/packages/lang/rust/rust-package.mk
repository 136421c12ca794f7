# What the recipe needs of the packages feed's rust-package.mk. See include/package.mk.
RUST_ARCH_DEPENDS:=@(aarch64||arm||mips||mipsel||x86_64)
define RustBinPackage
endef
