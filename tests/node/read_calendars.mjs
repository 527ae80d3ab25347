// Reads calendar objects, one JSON string a line, with ical.js in its strict mode, and writes what it read.
import readline from "node:readline";
import ICAL from "ical.js";

ICAL.design.strict = true;

const event = (component) => {
  const attendee = component.getFirstProperty("attendee");
  return {
    uid: component.getFirstPropertyValue("uid"),
    sequence: component.getFirstPropertyValue("sequence") ?? 0,
    start: component.getFirstPropertyValue("dtstart").toUnixTime(),
    end: component.getFirstPropertyValue("dtend").toUnixTime(),
    summary: component.getFirstPropertyValue("summary"),
    status: component.getFirstPropertyValue("status"),
    partstat: attendee?.getParameter("partstat") ?? null,
  };
};

for await (const line of readline.createInterface({ input: process.stdin })) {
  const calendar = new ICAL.Component(ICAL.parse(JSON.parse(line)));
  const method = calendar.getFirstPropertyValue("method");
  console.log(JSON.stringify({ method, events: calendar.getAllSubcomponents("vevent").map(event) }));
}
