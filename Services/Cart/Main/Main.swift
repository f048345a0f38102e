import CartService
import ServiceShell

@main struct Main {
    static func main() {
        Shell.main(
            name: "cart", summary: "Keeps the institutions' carts, and says what is missing until they can be ordered.",
            keys: CartKeys.all, build: CartApp.build)
    }
}
