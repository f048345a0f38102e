internal import CheckoutDomain
internal import FilmClubModel
internal import HTTPServer
internal import JSON
internal import Messaging
internal import ServiceShell

/// `GET /v1/orders`.
struct OrderListRoutes: Sendable {
    let authenticator: Authenticator
    let list: OrderList
    let addresses: OrderAddresses

    func register(in router: inout Router) {
        router.get("/v1/orders", .listOrders) { try await show($0) }
    }

    private func show(_ request: Request) async throws -> Response {
        let question = try question(request, Reach(of: request, authenticator))
        let last = try request.query("cursor") { PageCursor.id($0, of: question.filters) }
        let orders = try await Problem.forDatabase { try await list(question, behind: last) }
        let page = orders.prefix(question.limit)
        var writer = JSONWriter(capacity: 512 * (page.count + 1))
        writer.beginObject()
        writer.key("orders")
        writer.beginArray()
        for order in page { writer.entry(order, addresses) }
        writer.endArray()
        if orders.count > page.count, let last = page.last {
            writer.member("next", PageCursor.text(behind: last.progress.orderId.uuid, of: question.filters))
        }
        writer.endObject()
        return .json(writer.bytes, headers: ["Cache-Control": "no-store"])
    }

    private func question(_ request: Request, _ reach: Reach) throws(Problem) -> OrderList.Question {
        typealias Question = OrderList.Question
        func text(_ name: String) throws(Problem) -> String? {
            try request.query(name) { (1...Question.textScalarsMax).contains($0.unicodeScalars.count) ? $0 : nil }
        }
        return Question(
            scope: try reach.scope(of: request), state: try request.query("state") { OrderState(rawValue: $0) },
            programme: try request.query("programmeId") { try? ProgrammeID($0) },
            placedFrom: try request.query("placedFrom") { try? Instant($0) },
            placedTo: try request.query("placedTo") { try? Instant($0) }, number: try text("number"),
            purchaseOrderNumber: try text("purchaseOrderNumber"),
            limit: try request.limit(in: Question.limitRange) ?? Question.limitUsual)
    }
}

extension JSONWriter {
    fileprivate mutating func entry(_ order: OrderList.Entry, _ addresses: OrderAddresses) {
        let progress = order.progress
        beginObject()
        member("id", progress.orderId.text)
        member("number", order.number)
        member("state", progress.state.rawValue)
        if let parked = progress.parked { member("parked", parked.text) }
        member("institutionId", progress.institutionId.text)
        key("programme")
        beginObject()
        member("id", order.programmeId.text)
        member("name", order.programmeName)
        endObject()
        key("total")
        money(order.total)
        payment(order.payment)
        member("placedAt", order.placedAt.text)
        if let invoice = order.invoice { member("invoiceHref", addresses.invoice(invoice)) }
        member("href", addresses.order(progress.orderId))
        endObject()
    }
}
