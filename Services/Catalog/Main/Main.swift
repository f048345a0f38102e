import CatalogService
import ServiceShell

@main struct Main {
    static func main() {
        Shell.main(
            name: "catalog", summary: "Shows films and programmes, imports them, and tells the others of every change.",
            keys: CatalogKeys.all, build: CatalogApp.build)
    }
}
