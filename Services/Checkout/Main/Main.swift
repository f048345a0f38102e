import CheckoutService
import ServiceShell

@main struct Main {
    static func main() {
        Shell.main(
            name: "checkout", summary: "Takes orders by purchase order, and follows them until they are fulfilled.",
            keys: CheckoutKeys.all, build: CheckoutApp.build)
    }
}
