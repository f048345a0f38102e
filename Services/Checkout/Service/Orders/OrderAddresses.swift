internal import FilmClubModel

/// Where clients find orders and what belongs to them: below the service's public address, or below whatever they
/// called where none is set.
struct OrderAddresses: Sendable {
    private let base: String

    init(publicBaseURL: String?) {
        var base = publicBaseURL ?? ""
        while base.hasSuffix("/") { base.removeLast() }
        self.base = base
    }

    func order(_ id: OrderID) -> String { "\(base)/v1/orders/\(id)" }
    func invoice(_ id: InvoiceID) -> String { "\(base)/v1/invoices/\(id)" }
    func creditNote(_ id: InvoiceID) -> String { "\(base)/v1/credit-notes/\(id)" }
    func quote(_ id: QuoteID) -> String { "\(base)/v1/quotes/\(id)" }
    func grant(_ id: GrantID) -> String { "\(base)/v1/grants/\(id)" }
}
