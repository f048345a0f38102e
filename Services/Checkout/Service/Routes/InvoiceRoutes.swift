internal import CheckoutDomain
internal import FilmClubModel
internal import HTTPServer
internal import JSON
internal import Messaging
internal import ServiceShell

/// `GET /v1/invoices`, `GET /v1/invoices/{id}`, `GET /v1/credit-notes/{id}`: as JSON or as a page that prints on one
/// sheet, whichever the client prefers.
struct InvoiceRoutes: Sendable {
    let authenticator: Authenticator
    let reader: InvoiceReader
    let addresses: OrderAddresses

    func register(in router: inout Router) {
        router.get("/v1/invoices", .listInvoices) { try await list($0) }
        router.get("/v1/invoices/{id}", .readInvoice) { try await show($0, .invoice) }
        router.get("/v1/credit-notes/{id}", .readCreditNote) { try await show($0, .creditNote) }
    }

    private func show(_ request: Request, _ kind: BillingDocument.Kind) async throws -> Response {
        let reach = try Reach(of: request, authenticator)
        let id = try request.parameter("id") { try? InvoiceID($0) }
        let form = try InvoiceForm(accept: request.headers["Accept"])
        // Another institution's is answered like one that is not there.
        guard let issued = try await Problem.forDatabase({ try await reader.document(id, kind) }),
            reach.includes(issued.document.institutionId)
        else { throw Problem.notFound("There is no such \(kind == .invoice ? "invoice" : "credit note").") }
        let headers: ResponseHeaders = ["Cache-Control": "no-store", "Vary": "Accept"]
        switch form {
        case .json: return .json(try issued.json(addresses), headers: headers)
        case .page: return .page(InvoicePage(issued).html, headers: headers)
        }
    }

    private func list(_ request: Request) async throws -> Response {
        let reach = try Reach(of: request, authenticator)
        var question = InvoiceReader.Question(scope: try reach.scope(of: request))
        question.state = try request.query("state") { InvoiceReader.Question.State(rawValue: $0) }
        question.order = try request.query("orderId") { try? OrderID($0) }
        question.limit = try request.limit(in: InvoiceReader.Question.limitRange) ?? question.limit
        let list = ["invoices", question.state?.rawValue, question.order?.text] + question.scope.map(\.text)
        question.after = try request.query("cursor") { PageCursor.id($0, of: list) }
        let asked = question
        let invoices = try await Problem.forDatabase { try await reader.list(asked) }
        let page = invoices.prefix(question.limit)
        var writer = JSONWriter(capacity: 512 * (page.count + 1))
        writer.beginObject()
        writer.key("invoices")
        writer.beginArray()
        for invoice in page { writer.entry(invoice, addresses) }
        writer.endArray()
        if invoices.count > page.count, let last = page.last {
            writer.member("next", PageCursor.text(behind: last.id.uuid, of: list))
        }
        writer.endObject()
        return .json(writer.bytes, headers: ["Cache-Control": "no-store"])
    }
}

extension Response {
    fileprivate static func page(_ html: String, headers: ResponseHeaders) -> Response {
        var headers = headers
        headers["Content-Type"] = InvoicePage.mediaType
        headers["Content-Security-Policy"] = InvoicePage.contentSecurityPolicy
        return Response(headers: headers, body: .bytes(Array(html.utf8)))
    }
}

extension JSONWriter {
    fileprivate mutating func entry(_ invoice: InvoiceReader.Entry, _ addresses: OrderAddresses) {
        beginObject()
        member("id", invoice.id.text)
        member("number", invoice.number.description)
        member("orderId", invoice.order.text)
        member("institutionId", invoice.institution.text)
        member("issuedOn", invoice.issuedOn.text)
        member("dueOn", invoice.dueOn.text)
        key("total")
        money(invoice.total)
        key("balance")
        money(invoice.balance)
        member("href", addresses.invoice(invoice.id))
        endObject()
    }
}
