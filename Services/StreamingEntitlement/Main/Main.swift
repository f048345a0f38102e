import ServiceShell
import StreamingEntitlementService

@main struct Main {
    static func main() {
        Shell.main(
            name: "streaming", summary: "Grants the films of confirmed orders, and plays them within their windows.",
            keys: StreamingKeys.all, build: StreamingApp.build)
    }
}
