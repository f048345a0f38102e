internal import CheckoutDomain
internal import FilmClubModel
internal import FoundationEssentials
internal import JOSE

/// An invoice or credit note as a page that prints on one sheet, of A4 or Letter. It brings its style and nothing else:
/// no script, nothing from outside. Every value is escaped, and isolated from the direction of the text around it.
struct InvoicePage: Sendable {
    static let mediaType = "text/html; charset=utf-8"
    static let contentSecurityPolicy =
        "default-src 'none'; style-src 'sha256-\(Data(Hashing.sha256(Array(style.utf8))).base64EncodedString())'; "
        + "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

    /// More lines are set smaller, each on one line of the sheet.
    static let linesRoomyMax = 6

    private let issued: IssuedDocument
    private var content: BillingContent { issued.document.content }
    private var isInvoice: Bool { issued.document.kind == .invoice }

    init(_ issued: IssuedDocument) { self.issued = issued }

    var html: String {
        let title = "\(isInvoice ? "Invoice" : "Credit note") \(issued.number)"
        return """
            <!DOCTYPE html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width">
            <title>\(Self.escaped(title))</title>
            <style>\(Self.style)</style>
            </head>
            <body\(content.lines.count > Self.linesRoomyMax ? " class=\"dense\"" : "")>
            <header>
            <h1>\(Self.escaped(title))</h1>
            <address>\(address(content.seller.name, content.seller.address, content.seller.taxId))</address>
            </header>
            <section class="parties">
            <address>\(address(content.buyer.name, [content.buyer.country.text], content.buyer.taxId))</address>
            <dl>\(facts.map { "<dt>\($0.0)</dt><dd>\(Self.value($0.1))</dd>" }.joined())</dl>
            </section>
            <table>
            <thead><tr><th>Film</th><th class="amount">Price</th></tr></thead>
            <tbody>
            \(content.lines.map { Self.row(Self.value($0.description), $0.amount) }.joined(separator: "\n"))
            </tbody>
            <tbody class="sums">
            \(sums.map { Self.row(Self.value($0.0), $0.1) }.joined(separator: "\n"))
            </tbody>
            </table>
            \(notes)
            </body>
            </html>

            """
    }

    private var facts: [(String, String)] {
        var facts = [("Issued on", issued.document.issuedOn.text)]
        if let dueOn = issued.document.dueOn {
            facts.append(("Due on", "\(dueOn.text) (\(BillingDocument.netDays) days net)"))
        }
        if let number = issued.correctsNumber { facts.append(("Takes back", number.description)) }
        if let number = content.purchaseOrderNumber { facts.append(("Your order number", number)) }
        facts.append(("Our order", content.order.number))
        facts.append(("Ordered on", CalendarDay(of: content.order.placedAt).text))
        return facts
    }

    private var sums: [(String, Money)] {
        var sums = [("Screening fees", content.screeningFees)]
        if let discount = content.discount {
            sums.append(("Grant, \(discount.percent) % of the screening fees", discount.amount.negated))
        }
        if let tax = content.tax { sums.append(("\(tax.name), \(tax.percent) % of \(tax.base)", tax.amount)) }
        if let fee = content.administrativeFee {
            sums.append(isInvoice ? ("Administrative fee", fee) : ("Administrative fee, kept", fee.negated))
        }
        sums.append((isInvoice ? "Total" : "Total credited", content.total))
        for payment in issued.payments {
            sums.append(("Received on \(payment.receivedOn), \(payment.reference)", payment.amount.negated))
        }
        for note in issued.creditNotes { sums.append(("Credit note \(note.number)", note.total.negated)) }
        if let balance = issued.balance, balance != content.total { sums.append(("Balance", balance)) }
        return sums
    }

    private var notes: String {
        content.isTaxExempt == true ? "<p>No tax: the buyer is exempt.</p>" : ""
    }

    private func address(_ name: String, _ lines: [String], _ taxId: String?) -> String {
        let tax = taxId.map { ["Tax number \(Self.value($0))"] } ?? []
        return (["<strong>\(Self.value(name))</strong>"] + lines.map(Self.value) + tax).joined(separator: "<br>")
    }

    private static func row(_ html: String, _ amount: Money) -> String {
        "<tr><td>\(html)</td><td class=\"amount\">\(value(amount.description))</td></tr>"
    }

    private static func value(_ text: String) -> String { "<bdi>\(escaped(text))</bdi>" }

    static func escaped(_ text: String) -> String {
        var html = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": html += "&amp;"
            case "<": html += "&lt;"
            case ">": html += "&gt;"
            case "\"": html += "&quot;"
            case "'": html += "&#39;"
            default: html.unicodeScalars.append(scalar)
            }
        }
        return html
    }

    private static let style = """
        @page { margin: 14mm }
        body { font: 10pt/1.4 sans-serif; color: #000; max-width: 180mm; margin: 0 auto }
        header, .parties { display: flex; justify-content: space-between; gap: 10mm; margin-bottom: 7mm }
        h1 { font-size: 16pt; margin: 0 }
        address { font-style: normal; max-width: 90mm; overflow-wrap: anywhere }
        .parties address, dl { width: 85mm }
        dl { display: grid; grid-template-columns: 35mm 45mm; gap: 0 5mm; margin: 0 }
        dd { margin: 0; overflow-wrap: anywhere }
        table { width: 100%; border-collapse: collapse; table-layout: fixed }
        th, td { text-align: left; vertical-align: top; padding: 1mm 0; overflow-wrap: anywhere }
        thead th { border-bottom: 0.3mm solid #000 }
        .sums tr:first-child td { border-top: 0.3mm solid #000 }
        .amount { text-align: right; width: 45mm; white-space: nowrap; font-variant-numeric: tabular-nums }
        .dense { font-size: 7.5pt; line-height: 1.15 }
        .dense header, .dense .parties { margin-bottom: 3mm }
        .dense td { padding: 0; white-space: nowrap; overflow: hidden; text-overflow: ellipsis }
        """
}

extension Money {
    fileprivate var negated: Money { Money(minorUnits: 0 &- minorUnits, currency: currency) }
}

extension BillingContent.Tax {
    /// `20`, `8.25`.
    fileprivate var percent: String {
        let (whole, hundredths) = rateBasisPoints.quotientAndRemainder(dividingBy: 100)
        guard hundredths > 0 else { return "\(whole)" }
        return "\(whole).\(hundredths < 10 ? "0" : "")\(hundredths)"
    }
}
