package holdfast.bench.plot;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.StringReader;
import java.util.List;
import java.util.stream.IntStream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.xml.sax.InputSource;

final class ChartTest {
  private static Chart chart(Chart.Series... series) {
    return new Chart(
        "writes <of> R&D",
        "3 servers",
        new Chart.Axis("outstanding", Scale.OUTSTANDING),
        new Chart.Axis("per second", Scale.LINEAR),
        List.of(series));
  }

  private static Document parsed(Chart chart) throws Exception {
    return DocumentBuilderFactory.newInstance()
        .newDocumentBuilder()
        .parse(new InputSource(new StringReader(chart.svg())));
  }

  @Test
  void whateverTheWordsTheFileIsXml() throws Exception {
    Document svg = parsed(chart(new Chart.Series("a", List.of(new Chart.Point(1, 2)))));
    assertEquals("svg", svg.getDocumentElement().getTagName());
    assertEquals("writes <of> R&D", svg.getElementsByTagName("text").item(0).getTextContent());
  }

  @Test
  void pointsStandWhereTheirValuesAre() throws Exception {
    Document svg =
        parsed(
            chart(new Chart.Series("a", List.of(new Chart.Point(1, 0), new Chart.Point(16, 50)))));
    Element first = (Element) svg.getElementsByTagName("circle").item(0);
    Element last = (Element) svg.getElementsByTagName("circle").item(1);
    // The corners of the area between the axes.
    assertEquals("76.0 384.0", first.getAttribute("cx") + " " + first.getAttribute("cy"));
    assertEquals("736.0 84.0", last.getAttribute("cx") + " " + last.getAttribute("cy"));
  }

  @Test
  void severalLinesHaveALegendAndColoursOfTheirOwn() {
    String svg =
        chart(
                new Chart.Series("3 servers", List.of(new Chart.Point(1, 1))),
                new Chart.Series("5 servers", List.of(new Chart.Point(1, 2))))
            .svg();
    assertTrue(svg.contains(">3 servers</text>") && svg.contains(">5 servers</text>"), svg);
    assertTrue(svg.contains("fill=\"#0072b2\"") && svg.contains("fill=\"#d55e00\""), svg);
  }

  @Test
  void aLongLineHasNoMarks() {
    List<Chart.Point> points =
        IntStream.rangeClosed(1, 100).mapToObj(i -> new Chart.Point(i, i)).toList();
    assertFalse(chart(new Chart.Series("a", points)).svg().contains("<circle"));
  }

  @Test
  void aLineWithoutPointsIsNotDrawn() throws Exception {
    Chart nothing = chart(new Chart.Series("a", List.of()));
    assertTrue(nothing.isEmpty());
    assertEquals("svg", parsed(nothing).getDocumentElement().getTagName());
  }
}
